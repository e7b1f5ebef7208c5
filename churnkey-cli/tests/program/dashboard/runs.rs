//! Tests of the results of runs, of their history and of a provider that cannot be reached.

use std::time::Duration;

use super::session::{Session, options};
use super::verification::ended;
use shop::{Fault, Shop};

#[tokio::test]
async fn findings_come_first_with_their_snippet() {
    let session = Session::of(Fault::AmountIsString).await;
    session.post("/verify", &[]).await;
    let reply = ended(&session).await;
    reply
        .has("data[1].amount.unit")
        .has("<dt>Item</dt><dd><code>basic</code></dd>")
        .has("&quot;9.00&quot;</mark>")
        .has("Verified <time class=\"ago\"")
        .has(" checks ran.");
    let place = |text: &str| reply.text.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place(">Findings<") < place(">Modules<"));
    // The checks that passed are listed with their rules.
    reply.has("<code>coupons.model</code>: ");
}

#[tokio::test]
async fn modules_without_data_are_not_exercised() {
    let session = Session::of(Fault::HasNoLists).await;
    session.post("/verify", &[]).await;
    ended(&session)
        .await
        .has(">Not exercised<")
        .has("<strong>subscriptions</strong>: ");
}

#[tokio::test]
async fn history_shows_what_changed() {
    let session = Session::of(Fault::AmountIsString).await;
    session.get("/runs").await.has("not verified yet");
    session.post("/verify", &[]).await;
    ended(&session).await.has_not(">Runs<");
    session.shop.fix();
    session.post("/verify", &[]).await;
    ended(&session)
        .await
        .has(">Runs<")
        .has("/runs/compare?from=1&amp;to=2");
    session
        .get("/runs")
        .await
        .has("Run 1")
        .has("Run 2")
        .has(" fixed");
    session
        .get("/runs/compare?from=1&to=2")
        .await
        .has(">Fixed<")
        .has("prices.model")
        .has_not(">New<");
    session
        .get("/runs/compare?from=2&to=1")
        .await
        .has(">New<")
        .has_not(">Fixed<");
    session
        .get("/runs/compare?from=2&to=2")
        .await
        .has("Nothing changed.");
    session
        .get("/run?number=1")
        .await
        .has("Failing")
        .has("data[1].amount.unit");
    for path in [
        "/run?number=3",
        "/run?number=x",
        "/runs/compare?from=1",
        "/run/export?number=9",
    ] {
        assert_eq!(session.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn run_is_exported_in_three_formats() {
    let session = Session::of(Fault::AmountIsString).await;
    session.post("/verify", &[]).await;
    ended(&session)
        .await
        .has("/run/export?number=1&amp;format=junit");
    for (format, media_type, part) in [
        ("json", "application/json", "\"id\": \"prices.model\""),
        ("junit", "application/xml; charset=utf-8", "<testsuite "),
        (
            "markdown",
            "text/markdown; charset=utf-8",
            "## churnkey verify",
        ),
    ] {
        let path = format!("/run/export?number=1&format={format}");
        let reply = session.get(&path).await;
        assert_eq!(reply.header("content-type"), media_type);
        let name = reply.header("content-disposition");
        assert!(
            name.starts_with("attachment; filename=\"churnkey-run-1."),
            "{name}"
        );
        reply.has(part);
    }
    let unknown = session.get("/run/export?number=1&format=pdf").await;
    assert_eq!(unknown.status, 400);
}

#[tokio::test]
async fn provider_that_is_down_is_not_failing() {
    let shop = Shop::new(Fault::None);
    let options = options(&shop.serve().await);
    let session = Session::with(shop, options).await;
    session.post("/verify", &[]).await;
    ended(&session).await.has(r#"id="state">Verified<"#);
    assert_eq!(session.get("/reach").await.text, "up");

    let address = session.shop.stop().await;
    session
        .get("/")
        .await
        .has(r#"id="state">Unreachable<"#)
        .has("cannot be reached")
        .has("data-waits")
        .has(r#"<noscript><meta http-equiv="refresh""#)
        .has_not("Failing")
        .has_not("role=\"alert\"");
    session
        .get("/customers")
        .await
        .has("data-waits")
        .has_not("role=\"alert\"");
    assert_eq!(session.get("/reach").await.text, "down");
    // Without a connection nothing is verified, and the last result stays.
    session.post("/verify", &[]).await;
    ended(&session)
        .await
        .has(r#"id="state">Unreachable<"#)
        .has_not("Nothing was verified");
    session.get("/runs").await.has("Run 1").has_not("Run 2");

    session.shop.serve_at(address).await;
    assert_eq!(session.get("/reach").await.text, "up");
    session
        .get("/")
        .await
        .has(r#"id="state">Verified<"#)
        .has_not("data-waits");
}

#[tokio::test]
async fn run_without_a_provider_has_no_faults() {
    let shop = Shop::with_delay(Fault::None, Duration::from_millis(20));
    let options = options(&shop.serve().await);
    let session = Session::with(shop, options).await;
    session.post("/verify", &[]).await;
    while !session.get("/progress").await.text.contains("customers") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let address = session.shop.stop().await;
    ended(&session).await.has(r#"id="state">Unreachable<"#);
    session.shop.serve_at(address).await;
    session
        .get("/")
        .await
        .has(r#"id="state">Cut off<"#)
        .has("This is not counted as a fault")
        .has_not("a complete response")
        .has_not("Failing");
}
