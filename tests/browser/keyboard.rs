//! With the keyboard alone.

use crate::seat::Seat;
use shop::{Flaw, Shop};

/// Goes on with Tab until the focus is on what was meant, and that shows.
async fn tab_to(seat: &Seat, selector: &str) {
    for _ in 0..80 {
        if seat
            .value(&format!("document.activeElement.matches({selector:?})"))
            .await
            == true
        {
            let outline = seat
                .text("getComputedStyle(document.activeElement).outlineStyle")
                .await;
            assert_eq!(outline, "solid", "the focus on {selector} cannot be seen");
            return;
        }
        seat.press("Tab").await;
    }
    panic!("{selector} cannot be reached by Tab");
}

async fn enter(seat: &Seat) {
    seat.page.evaluate("window.left = false").await.unwrap();
    seat.press("Enter").await;
    seat.until("window.left === undefined && document.readyState == 'complete' && document.querySelector('main')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cancel_flow_can_be_walked_with_tab_and_enter() {
    let seat = Seat::take(Shop::new(Flaw::None)).await;
    seat.press("Tab").await;
    assert_eq!(
        seat.text("document.activeElement.textContent").await,
        "Skip to the content"
    );
    tab_to(&seat, "a[href='/customers']").await;
    enter(&seat).await;
    tab_to(&seat, "#q").await;
    seat.write("#q", "ada").await;
    enter(&seat).await;
    tab_to(&seat, "a[href='/flow?customer=ada&subscription=ada-pro']").await;
    enter(&seat).await;
    tab_to(&seat, "input[name=reason]").await;
    seat.press("ArrowDown").await;
    assert_eq!(
        seat.text("document.querySelector('input[name=reason]:checked').value")
            .await,
        "unused"
    );
    tab_to(&seat, "form[action='/flow/offers'] button").await;
    enter(&seat).await;
    // The reason brings the break to the first place.
    assert_eq!(
        seat.text("document.querySelector('.offer h2').textContent")
            .await,
        "Take a break"
    );
    tab_to(&seat, ".offer-pause button").await;
    enter(&seat).await;
    seat.until("document.getElementById('verdict')?.textContent.startsWith('Done')")
        .await;
    assert_eq!(
        seat.shop.books().subscription("ada-pro")["status"]["name"],
        "paused"
    );
    seat.leave().await;
}
