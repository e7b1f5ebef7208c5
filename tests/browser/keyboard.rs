//! Tests with the keyboard only.

use crate::session::Session;
use shop::{Fault, Shop};

/// Presses Tab until the element has the focus, and checks that the focus is visible.
pub(crate) async fn tab_to(session: &Session, selector: &str) {
    for _ in 0..80 {
        if session
            .value(&format!("document.activeElement.matches({selector:?})"))
            .await
            == true
        {
            let outline = session
                .text("getComputedStyle(document.activeElement).outlineStyle")
                .await;
            assert_eq!(outline, "solid", "the focus on {selector} is not visible");
            return;
        }
        session.press("Tab").await;
    }
    panic!("{selector} cannot be reached by Tab");
}

pub(crate) async fn press_enter(session: &Session) {
    session.page.evaluate("window.left = false").await.unwrap();
    session.press("Enter").await;
    session.wait_until("window.left === undefined && document.readyState == 'complete' && document.querySelector('main')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_flow_works_with_tab_and_enter() {
    let session = Session::start(Shop::new(Fault::None)).await;
    session.press("Tab").await;
    assert_eq!(
        session.text("document.activeElement.textContent").await,
        "Skip to the content"
    );
    tab_to(&session, "a[href='/customers']").await;
    press_enter(&session).await;
    tab_to(&session, "#q").await;
    session.type_text("#q", "ada").await;
    press_enter(&session).await;
    tab_to(
        &session,
        "a[href='/flow?customer=ada&subscription=ada-pro']",
    )
    .await;
    press_enter(&session).await;
    tab_to(&session, "input[name=reason]").await;
    session.press("ArrowDown").await;
    assert_eq!(
        session
            .text("document.querySelector('input[name=reason]:checked').value")
            .await,
        "unused"
    );
    tab_to(&session, "form[action='/flow/offers'] button").await;
    press_enter(&session).await;
    // For this reason the pause is the first offer.
    assert_eq!(
        session
            .text("document.querySelector('.offer h2').textContent")
            .await,
        "Pause the subscription"
    );
    // The end of the period is chosen, and an immediate effect is one key away.
    tab_to(&session, ".offer-pause input[name=schedule]").await;
    session.press("ArrowUp").await;
    tab_to(&session, ".offer-pause button").await;
    press_enter(&session).await;
    session
        .wait_until("document.getElementById('verdict')?.textContent.startsWith('Done')")
        .await;
    assert_eq!(
        session.shop.books().subscription("ada-pro")["status"]["name"],
        "paused"
    );
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn search_and_filters_work_with_tab_and_enter() {
    let session = Session::start(Shop::new(Fault::None)).await;
    tab_to(&session, "#q").await;
    session.type_text("#q", "half").await;
    press_enter(&session).await;
    session
        .wait_until("document.querySelector('h1').textContent == 'Half price'")
        .await;
    tab_to(&session, "a[href='/subscriptions?coupon=half']").await;
    press_enter(&session).await;
    tab_to(&session, "a[href='/subscription?customer=ada&id=ada-pro']").await;
    press_enter(&session).await;
    session
        .wait_until("document.querySelector('.timeline svg')")
        .await;
    session.finish().await;
}
