//! Tests of the Verify button.

use std::time::Duration;

use super::session::{Reply, Session, options};
use shop::{Fault, Shop};

/// Waits for the end of the verification and returns the page.
pub(crate) async fn ended(session: &Session) -> Reply {
    loop {
        let reply = session.get("/").await;
        if !reply.text.contains(r#"id="progress""#) {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn good_provider_becomes_verified() {
    let session = Session::of(Fault::None).await;
    session
        .get("/")
        .await
        .has(r#"id="state">Pending<"#)
        .has("Not verified since");
    session.post("/verify", &[]).await;
    let reply = ended(&session).await;
    reply
        .has(r#"id="state">Verified<"#)
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
        reply.has(&format!(r#"scope="row">{module}"#));
    }
}

#[tokio::test]
async fn faulty_provider_is_failing_with_findings() {
    let session = Session::of(Fault::AmountIsString).await;
    session.post("/verify", &[]).await;
    let reply = ended(&session).await;
    reply
        .has(r#"id="state">Failing<"#)
        .has("amount.unit")
        .has("a whole number of minor units")
        .has("<dt>Fix</dt>")
        .has("curl -i");
    session.shop.fix();
    session.post("/verify", &[]).await;
    ended(&session).await.has(r#"id="state">Verified<"#);
}

#[tokio::test]
async fn run_shows_progress_and_can_be_stopped() {
    let shop = Shop::with_delay(Fault::None, Duration::from_millis(50));
    let options = options(&shop.serve().await);
    let session = Session::with(shop, options).await;
    let running = session.post("/verify", &[]).await;
    running
        .has("Verifying")
        .has(r#"<noscript><meta http-equiv="refresh""#)
        .has_not(r#"action="/verify""#);
    while !session
        .get("/progress")
        .await
        .text
        .contains("requests so far")
    {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    session.post("/verify/stop", &[]).await;
    ended(&session)
        .await
        .has(r#"id="state">Stopped<"#)
        .has("The last verification was stopped")
        .has("the run was stopped");
    session.get("/progress").await.has("data-done");
}

#[tokio::test]
async fn run_uses_the_sample_and_the_customer() {
    let session = Session::of(Fault::HasNoLists).await;
    session
        .post("/verify", &[("customer", "ada"), ("sample", "2")])
        .await;
    ended(&session).await.has(r#"id="state">Verified<"#);
    for sample in ["0", "-1", "many"] {
        let reply = session.post("/verify", &[("sample", sample)]).await;
        assert_eq!(reply.status, 400, "{sample}");
    }
}

#[tokio::test]
async fn actions_are_tested_if_selected() {
    let session = Session::of(Fault::IgnoresActions).await;
    session.post("/verify", &[]).await;
    ended(&session).await.has("The actions were not tested");
    assert!(session.shop.books().actions.is_empty());
    session.post("/verify", &[("actions", "on")]).await;
    // The shop answers 200 without changing anything.
    ended(&session)
        .await
        .has(r#"id="state">Failing<"#)
        .has("wrong effect")
        .has_not("The actions were not tested");
    assert!(!session.shop.books().actions.is_empty());

    let session = Session::of(Fault::None).await;
    session.post("/verify", &[("actions", "on")]).await;
    ended(&session)
        .await
        .has("Changes to data")
        .has(r#"<a href="/customer?id=ada">"#);
}
