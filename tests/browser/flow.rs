//! Tests of the cancel flow, from the search for a customer to the outcome of every offer.

use churnkey_runtime::Mode;
use serde_json::{Value, json};

use crate::session::Session;
use shop::{Fault, Shop};

async fn go_to_offers(session: &Session, subscription: &str) {
    session.open("/customers").await;
    session.type_text("#q", "ada@example.test").await;
    session.follow("form[role=search] button").await;
    session
        .wait_until("document.querySelector('h1').textContent == 'Ada Lovelace'")
        .await;
    session
        .follow(&format!(
            "a[href='/flow?customer=ada&subscription={subscription}']"
        ))
        .await;
    session.click("#reason-unused").await;
    session.follow("form[action='/flow/offers'] button").await;
}

/// Accepts an offer and checks the page of its outcome. Returns the changed subscription.
async fn accept(session: &Session, action: &str, subscription: &str, changed: &[&str]) -> Value {
    session.follow(&format!(".offer-{action} button")).await;
    let verdict = session
        .text("document.getElementById('verdict').textContent")
        .await;
    assert!(
        verdict.starts_with("Done: the provider answered 200"),
        "{verdict}"
    );
    let fields = session.text("[...document.querySelectorAll('.diff tbody tr')].map(row => row.innerText).join('\\n')").await;
    for field in changed {
        assert!(fields.contains(field), "{field}: {fields}");
    }
    let request = session
        .text("document.querySelector('.exchange pre').textContent")
        .await;
    assert!(
        request.contains(&format!("/churnkey/actions/subscription/{action}")),
        "{request}"
    );
    session.shop.books().subscription(subscription)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_offer_changes_the_subscription() {
    let session = Session::start(Shop::new(Fault::None)).await;

    go_to_offers(&session, "ada-trial").await;
    let before = session.shop.books().subscription("ada-trial");
    let after = accept(&session, "extend-trial", "ada-trial", &["status.trial.end"]).await;
    assert_ne!(
        before["status"]["trial"]["end"],
        after["status"]["trial"]["end"]
    );

    go_to_offers(&session, "ada-pro").await;
    session.choose("#apply-coupon-object", "five").await;
    let after = accept(
        &session,
        "apply-coupon",
        "ada-pro",
        &["discounts[0].coupon.id"],
    )
    .await;
    assert_eq!(after["discounts"][0]["coupon"]["id"], "five");

    go_to_offers(&session, "ada-pro").await;
    session.choose("#change-price-object", "basic").await;
    session.click("#change-price-prorate").await;
    session.click("#change-price-immediate").await;
    let after = accept(
        &session,
        "change-price",
        "ada-pro",
        &["items[0].price.id", "items[0].price.amount.unit"],
    )
    .await;
    assert_eq!(after["items"][0]["price"]["id"], "basic");
    assert_eq!(
        session.shop.books().actions.last().unwrap().1["prorate"],
        true
    );

    go_to_offers(&session, "ada-pro").await;
    session.click("#pause-date").await;
    session.click("#pause-immediate").await;
    let after = accept(
        &session,
        "pause",
        "ada-pro",
        &["status.name", "status.pause.end"],
    )
    .await;
    assert_eq!(after["status"]["name"], "paused");
    assert_eq!(
        session.shop.books().actions.last().unwrap().1["duration"]["type"],
        "date"
    );

    go_to_offers(&session, "ada-pro").await;
    assert_eq!(
        session
            .value("document.querySelector('.offer-pause')")
            .await,
        Value::Null
    );
    session.click("#cancel-unpause").await;
    session.click("#cancel-immediate").await;
    let after = accept(
        &session,
        "cancel",
        "ada-pro",
        &["status.name", "status.canceledAt"],
    )
    .await;
    assert_eq!(after["status"]["name"], "canceled");

    go_to_offers(&session, "ada-pro").await;
    session
        .wait_until("document.body.innerText.includes('already canceled')")
        .await;
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_subscriptions_are_paused_on_one_scale() {
    let session = Session::start(Shop::new(Fault::None)).await;
    session.open("/customer?id=ada").await;
    session.follow("a[href='/flow?customer=ada']").await;
    session.follow("form[action='/flow/offers'] button").await;
    session.click("#pause-all-immediate").await;
    session.follow(".offer-pause-all button").await;
    session
        .wait_until("document.getElementById('verdict')?.textContent.startsWith('Done')")
        .await;
    let action = session.shop.books().actions.last().cloned().unwrap();
    assert_eq!(action.0, "pause-all");
    // The axis of both pictures has the same dates.
    let axes = session
        .value("[...document.querySelectorAll('.before-after')].map(one => [...one.querySelectorAll('svg')].map(svg => [...svg.querySelectorAll('.axis')].map(text => text.textContent).join()))")
        .await;
    let axes = axes.as_array().unwrap();
    assert!(axes.len() >= 2, "{axes:?}");
    for pair in axes {
        assert_eq!(pair[0], pair[1]);
    }
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedule_is_sent_as_chosen() {
    let session = Session::start(Shop::new(Fault::None)).await;
    go_to_offers(&session, "ada-pro").await;
    session.click("#cancel-end-of-period").await;
    accept(&session, "cancel", "ada-pro", &["metadata.atEndOfPeriod"]).await;
    let action = session.shop.books().actions.last().cloned().unwrap();
    assert_eq!(
        action,
        (
            "cancel".to_owned(),
            json!({ "customerId": "ada", "subscriptionId": "ada-pro", "scheduledAt": "end-of-period" })
        )
    );
    session.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn action_on_live_data_must_be_confirmed() {
    let session = Session::start_in(Shop::new(Fault::None), Mode::Live).await;
    assert!(session.text("document.title").await.starts_with("LIVE"));
    go_to_offers(&session, "ada-pro").await;
    session.click("#cancel-immediate").await;
    session.follow(".offer-cancel button").await;
    session
        .wait_until(
            "document.querySelector('h1').textContent == 'Carry out this action on live data?'",
        )
        .await;
    session.screenshot("live").await;
    session.type_text("#typed", "yes").await;
    session.follow(".confirm button[type=submit]").await;
    session
        .wait_until("document.body.innerText.includes('Nothing was done.')")
        .await;
    assert!(session.shop.books().actions.is_empty());
    session.type_text("#typed", "ada").await;
    session.follow(".confirm button[type=submit]").await;
    session
        .wait_until("document.getElementById('verdict')?.textContent.startsWith('Done')")
        .await;
    assert_eq!(
        session.shop.books().subscription("ada-pro")["status"]["name"],
        "canceled"
    );
    session.finish().await;
}
