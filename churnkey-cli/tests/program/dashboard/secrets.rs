//! Tests that the integration token is not sent to the browser.

use super::session::{Reply, Session};
use shop::{Fault, TOKEN};

const PATHS: [&str; 33] = [
    "/",
    "/progress",
    "/reach",
    "/runs",
    "/run?number=1",
    "/run/export?number=1&format=json",
    "/run/export?number=1&format=junit",
    "/run/export?number=1&format=markdown",
    "/customers",
    "/search?q=ada",
    "/search?q=x%40x.test",
    "/search?q=%2B46812345",
    "/subscriptions",
    "/catalogue/prices",
    "/catalogue/prices/item?id=pro",
    "/catalogue/products",
    "/catalogue/products/item?id=plans",
    "/catalogue/families/item?id=software",
    "/catalogue/coupons",
    "/catalogue/coupons/item?id=half",
    "/catalogue/manifest",
    "/flow?customer=ada",
    "/flow/offers?customer=ada",
    "/customer?id=ada",
    "/customer?id=unknown",
    "/subscription?customer=ada&id=ada-pro",
    "/flow?customer=ada&subscription=ada-pro",
    "/flow/offers?customer=ada&subscription=ada-pro",
    "/flow/outcome?number=1",
    "/flow/outcome?number=2",
    "/unknown",
    "/style.css",
    "/script.js",
];

fn assert_no_token(reply: &Reply, what: &str) {
    assert!(!reply.text.contains(TOKEN), "{what}: {}", reply.text);
    for (name, value) in &reply.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        assert!(!value.contains(TOKEN), "{what}: {name}: {value}");
    }
}

#[tokio::test]
async fn no_page_contains_the_token() {
    for fault in [
        Fault::None,
        Fault::AmountIsString,
        Fault::SubscriptionsFail,
        Fault::EchoesToken,
        Fault::RespondsWithHtml,
    ] {
        let session = Session::of(fault).await;
        for fields in [
            [("action", "cancel"), ("schedule", "immediate")],
            [("action", "apply-coupon"), ("object", "half")],
        ] {
            let mut all = vec![("customer", "ada"), ("subscription", "ada-pro")];
            all.extend(fields);
            assert_no_token(&session.post("/flow/act", &all).await, "act");
        }
        assert_no_token(&session.post("/verify", &[]).await, "verify");
        assert_no_token(&super::verification::ended(&session).await, "results");
        for path in PATHS {
            assert_no_token(&session.get(path).await, path);
        }
    }
}

#[tokio::test]
async fn token_in_a_response_is_removed() {
    let session = Session::of(Fault::EchoesToken).await;
    session
        .get("/customer?id=ada")
        .await
        .has("no: $CK_INTEGRATION_TOKEN, $CK_INTEGRATION_TOKEN");
    let ada =
        |name: &str| serde_json::json!({ "id": "ada", "name": name, "metadata": { name: name } });
    let session = Session::of(Fault::None).await;
    session.shop.books().customers[0] = ada(TOKEN);
    let reply = session.get("/customer?id=ada").await;
    assert_no_token(&reply, "customer");
    reply.has("$CK_INTEGRATION_TOKEN");
}
