//! The cancel flow, from the search for a customer to the outcome of every offer.

use churnkey_runtime::Mode;
use serde_json::{Value, json};

use crate::seat::Seat;
use shop::{Flaw, Shop};

async fn to_offers(seat: &Seat, subscription: &str) {
    seat.open("/customers").await;
    seat.click("#by-email").await;
    seat.write("#q", "ada@example.test").await;
    seat.follow("form[role=search] button").await;
    seat.until("document.querySelector('h1').textContent == 'Ada Lovelace'")
        .await;
    seat.follow(&format!(
        "a[href='/flow?customer=ada&subscription={subscription}']"
    ))
    .await;
    seat.click("#reason-unused").await;
    seat.follow("form[action='/flow/offers'] button").await;
}

/// Takes the offer that is on the page, and looks at what the page says of it. The subscription afterwards.
async fn take(seat: &Seat, action: &str, subscription: &str, changed: &[&str]) -> Value {
    seat.follow(&format!(".offer-{action} button")).await;
    let verdict = seat
        .text("document.getElementById('verdict').textContent")
        .await;
    assert!(
        verdict.starts_with("Done: the provider answered 200"),
        "{verdict}"
    );
    let fields = seat.text("[...document.querySelectorAll('.diff tr[class]')].map(row => row.innerText).join('\\n')").await;
    for field in changed {
        assert!(fields.contains(field), "{field}: {fields}");
    }
    let request = seat
        .text("document.querySelector('.exchange pre').textContent")
        .await;
    assert!(
        request.contains(&format!("/churnkey/actions/subscription/{action}")),
        "{request}"
    );
    seat.shop.books().subscription(subscription)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_offer_is_walked_to_its_end_and_changes_the_provider() {
    let seat = Seat::take(Shop::new(Flaw::None)).await;

    to_offers(&seat, "ada-trial").await;
    let before = seat.shop.books().subscription("ada-trial");
    let after = take(&seat, "extend-trial", "ada-trial", &["status.trial.end"]).await;
    assert_ne!(
        before["status"]["trial"]["end"],
        after["status"]["trial"]["end"]
    );

    to_offers(&seat, "ada-pro").await;
    seat.choose("#apply-coupon-object", "five").await;
    let after = take(
        &seat,
        "apply-coupon",
        "ada-pro",
        &["discounts[0].coupon.id"],
    )
    .await;
    assert_eq!(after["discounts"][0]["coupon"]["id"], "five");

    to_offers(&seat, "ada-pro").await;
    seat.choose("#change-price-object", "basic").await;
    seat.click("#prorate").await;
    let after = take(
        &seat,
        "change-price",
        "ada-pro",
        &["items[0].price.id", "items[0].price.amount.unit"],
    )
    .await;
    assert_eq!(after["items"][0]["price"]["id"], "basic");
    assert_eq!(seat.shop.books().asked.last().unwrap().1["prorate"], true);

    to_offers(&seat, "ada-pro").await;
    seat.click("#pause-date").await;
    let after = take(
        &seat,
        "pause",
        "ada-pro",
        &["status.name", "status.pause.end"],
    )
    .await;
    assert_eq!(after["status"]["name"], "paused");
    assert_eq!(
        seat.shop.books().asked.last().unwrap().1["duration"]["type"],
        "date"
    );

    to_offers(&seat, "ada-pro").await;
    assert_eq!(
        seat.value("document.querySelector('.offer-pause')").await,
        Value::Null
    );
    seat.click("#unpause").await;
    let after = take(
        &seat,
        "cancel",
        "ada-pro",
        &["status.name", "status.canceledAt"],
    )
    .await;
    assert_eq!(after["status"]["name"], "canceled");

    to_offers(&seat, "ada-pro").await;
    seat.until("document.body.innerText.includes('canceled already')")
        .await;
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_at_the_end_of_the_period_is_asked_for_as_such() {
    let seat = Seat::take(Shop::new(Flaw::None)).await;
    to_offers(&seat, "ada-pro").await;
    seat.click("#cancel-end-of-period").await;
    take(&seat, "cancel", "ada-pro", &["metadata.atEndOfPeriod"]).await;
    let asked = seat.shop.books().asked.last().cloned().unwrap();
    assert_eq!(
        asked,
        (
            "cancel".to_owned(),
            json!({ "customerId": "ada", "subscriptionId": "ada-pro", "scheduledAt": "end-of-period" })
        )
    );
    seat.leave().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn live_data_are_changed_only_by_a_second_word() {
    let seat = Seat::take_in(Shop::new(Flaw::None), Mode::Live).await;
    assert!(seat.text("document.title").await.starts_with("LIVE"));
    to_offers(&seat, "ada-pro").await;
    seat.follow(".offer-cancel button").await;
    seat.until("document.querySelector('h1').textContent == 'Carry this out on live data?'")
        .await;
    seat.picture("live").await;
    seat.write("#typed", "yes").await;
    seat.follow(".confirm button[type=submit]").await;
    seat.until("document.body.innerText.includes('Nothing was done.')")
        .await;
    assert!(seat.shop.books().asked.is_empty());
    seat.write("#typed", "ada").await;
    seat.follow(".confirm button[type=submit]").await;
    seat.until("document.getElementById('verdict')?.textContent.startsWith('Done')")
        .await;
    assert_eq!(
        seat.shop.books().subscription("ada-pro")["status"]["name"],
        "canceled"
    );
    seat.leave().await;
}
