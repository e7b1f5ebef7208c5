//! The integration token stays in the program.

use super::desk::{Desk, Seen};
use shop::{Flaw, TOKEN};

const PATHS: [&str; 16] = [
    "/",
    "/progress",
    "/customers",
    "/customers?by=id&q=ada",
    "/customers?by=email&q=x",
    "/customers?by=phone&q=x",
    "/customer?id=ada",
    "/customer?id=nobody",
    "/subscription?customer=ada&id=ada-pro",
    "/flow?customer=ada&subscription=ada-pro",
    "/flow/offers?customer=ada&subscription=ada-pro",
    "/flow/outcome?number=1",
    "/flow/outcome?number=2",
    "/nowhere",
    "/style.css",
    "/script.js",
];

fn clean(seen: &Seen, what: &str) {
    assert!(!seen.text.contains(TOKEN), "{what}: {}", seen.text);
    for (name, value) in &seen.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        assert!(!value.contains(TOKEN), "{what}: {name}: {value}");
    }
}

#[tokio::test]
async fn the_token_is_on_no_page() {
    for flaw in [
        Flaw::None,
        Flaw::AmountsAreTexts,
        Flaw::SubscriptionsFail,
        Flaw::TellsTheToken,
        Flaw::AnswersMarkup,
    ] {
        let desk = Desk::of(flaw).await;
        for fields in [
            [("action", "cancel"), ("schedule", "immediate")],
            [("action", "apply-coupon"), ("object", "half")],
        ] {
            let mut all = vec![("customer", "ada"), ("subscription", "ada-pro")];
            all.extend(fields);
            clean(&desk.post("/flow/act", &all).await, "act");
        }
        clean(&desk.post("/verify", &[]).await, "verify");
        clean(&super::verification::ended(&desk).await, "results");
        for path in PATHS {
            clean(&desk.get(path).await, path);
        }
    }
}

#[tokio::test]
async fn a_provider_that_sends_the_token_back_has_it_taken_out() {
    let desk = Desk::of(Flaw::TellsTheToken).await;
    desk.get("/customer?id=ada")
        .await
        .has("no: $CK_INTEGRATION_TOKEN, $CK_INTEGRATION_TOKEN");
    let ada =
        |name: &str| serde_json::json!({ "id": "ada", "name": name, "metadata": { name: name } });
    let desk = Desk::of(Flaw::None).await;
    desk.shop.books().customers[0] = ada(TOKEN);
    let seen = desk.get("/customer?id=ada").await;
    clean(&seen, "customer");
    seen.has("$CK_INTEGRATION_TOKEN");
}
