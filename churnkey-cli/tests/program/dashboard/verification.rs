//! The Verify button.

use std::time::Duration;

use super::desk::{Desk, Seen, options};
use shop::{Flaw, Shop};

/// The page once the verification is over.
pub(crate) async fn ended(desk: &Desk) -> Seen {
    loop {
        let seen = desk.get("/").await;
        if !seen.text.contains(r#"id="progress""#) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_good_provider_goes_from_pending_to_verified() {
    let desk = Desk::of(Flaw::None).await;
    desk.get("/")
        .await
        .has(r#"id="state">Pending<"#)
        .has("Not verified since");
    desk.post("/verify", &[]).await;
    let seen = ended(&desk).await;
    seen.has(r#"id="state">Verified<"#)
        .has("schedules: immediate, end-of-period")
        .has("durations: period, date")
        .has_not("Findings");
    for module in [
        "manifest",
        "auth",
        "customers",
        "prices",
        "subscriptions",
        "coupons",
        "pause",
    ] {
        seen.has(&format!(r#"scope="row">{module}"#));
    }
}

#[tokio::test]
async fn a_broken_provider_is_failing_with_what_is_wrong_and_how_to_mend_it() {
    let desk = Desk::of(Flaw::AmountsAreTexts).await;
    desk.post("/verify", &[]).await;
    let seen = ended(&desk).await;
    seen.has(r#"id="state">Failing<"#)
        .has("amount.unit")
        .has("a whole number of minor units")
        .has("Mend")
        .has("curl -i");
    desk.shop.mend();
    desk.post("/verify", &[]).await;
    ended(&desk).await.has(r#"id="state">Verified<"#);
}

#[tokio::test]
async fn a_provider_that_is_down_is_failing() {
    let desk = Desk::with(Shop::new(Flaw::None), options("http://127.0.0.1:1")).await;
    desk.post("/verify", &[]).await;
    ended(&desk)
        .await
        .has(r#"id="state">Failing<"#)
        .has("Nothing was verified")
        .has("nobody at http://127.0.0.1:1");
}

#[tokio::test]
async fn progress_is_there_to_be_asked_for_and_a_run_can_be_stopped() {
    let shop = Shop::at_pace(Flaw::None, Duration::from_millis(50));
    let options = options(&shop.open().await);
    let desk = Desk::with(shop, options).await;
    let running = desk.post("/verify", &[]).await;
    running
        .has("Verifying")
        .has(r#"<noscript><meta http-equiv="refresh""#)
        .has_not(r#"action="/verify""#);
    while !desk.get("/progress").await.text.contains("requests so far") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    desk.post("/verify/stop", &[]).await;
    ended(&desk)
        .await
        .has(r#"id="state">Stopped<"#)
        .has("The last verification was stopped")
        .has("the run was stopped");
    desk.get("/progress").await.has("data-done");
}

#[tokio::test]
async fn a_run_is_told_how_far_to_go() {
    let desk = Desk::of(Flaw::ListsNobody).await;
    desk.post("/verify", &[("customer", "ada"), ("sample", "2")])
        .await;
    ended(&desk).await.has(r#"id="state">Verified<"#);
    for sample in ["0", "-1", "many"] {
        let seen = desk.post("/verify", &[("sample", sample)]).await;
        assert_eq!(seen.status, 400, "{sample}");
    }
}

#[tokio::test]
async fn the_actions_are_tried_if_somebody_ticks_the_box_and_what_they_changed_is_listed() {
    let desk = Desk::of(Flaw::DoesNothing).await;
    desk.post("/verify", &[]).await;
    ended(&desk).await.has("The actions were not tried");
    assert!(desk.shop.books().asked.is_empty());
    desk.post("/verify", &[("actions", "on")]).await;
    // This shop says yes and does nothing.
    ended(&desk)
        .await
        .has(r#"id="state">Failing<"#)
        .has("wrong effect")
        .has_not("The actions were not tried");
    assert!(!desk.shop.books().asked.is_empty());

    let desk = Desk::of(Flaw::None).await;
    desk.post("/verify", &[("actions", "on")]).await;
    ended(&desk)
        .await
        .has("What was changed")
        .has(r#"<a href="/customer?id=ada">"#);
}
