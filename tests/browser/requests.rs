//! Tests of the request log.

use crate::keyboard::{press_enter, tab_to};
use crate::session::Session;
use shop::{Fault, Shop};

/// Opens the newest action of the log and sends it twice at once.
pub(crate) async fn send_twice(session: &Session) {
    session.open("/requests?module=apply-coupon").await;
    session.follow("tbody a").await;
    session
        .follow("form:has(input[name=times][value='2']) button")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn action_is_filtered_copied_and_sent_again() {
    let session = Session::start(Shop::new(Fault::None)).await;
    session
        .open("/flow/offers?customer=ada&subscription=ada-pro")
        .await;
    session.choose("#apply-coupon-object", "five").await;
    session.follow(".offer-apply-coupon button").await;
    session.open("/requests").await;
    session.choose("#filter-module", "apply-coupon").await;
    session.follow("main form[role=search] button").await;
    let rows = "document.querySelectorAll('tbody tr').length";
    assert_eq!(session.value(rows).await, 1);
    session.follow("tbody a").await;
    let curl = session
        .text("document.querySelector('pre.copyable').textContent")
        .await;
    assert!(curl.contains("$CK_INTEGRATION_TOKEN"), "{curl}");
    assert_eq!(
        session
            .text("document.querySelector('.copy').textContent")
            .await,
        "Copy"
    );
    send_twice(&session).await;
    let verdict = session
        .text("document.getElementById('verdict').textContent")
        .await;
    assert!(
        verdict.starts_with("Both requests were answered alike"),
        "{verdict}"
    );
    assert_eq!(session.shop.books().actions.len(), 3);
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn log_works_with_tab_and_enter() {
    let session = Session::start(Shop::new(Fault::None)).await;
    session.open("/customer?id=ada").await;
    tab_to(&session, "nav a[href='/requests']").await;
    press_enter(&session).await;
    tab_to(&session, "#filter-customer").await;
    session.type_text("#filter-customer", "ada").await;
    press_enter(&session).await;
    tab_to(&session, "tbody a").await;
    press_enter(&session).await;
    let before = session.text("location.search").await;
    tab_to(&session, "form[action='/request/again'] button").await;
    press_enter(&session).await;
    session
        .wait_until(&format!("location.search != {before:?}"))
        .await;
    let main = session
        .text("document.querySelector('main').innerText")
        .await;
    assert!(main.contains("request log"), "{main}");
    session.finish().await;
}
