//! Tests of the catalogue, the list of subscriptions and the search box.

use serde_json::json;

use super::session::Session;
use shop::Fault;

#[tokio::test]
async fn catalogue_lists_every_kind_with_links() {
    let session = Session::of(Fault::None).await;
    for (path, parts) in [
        (
            "/catalogue",
            ["/catalogue/prices/item?id=pro", "USD 19.00 each"],
        ),
        (
            "/catalogue/prices",
            ["JPY, 2 tiers", "/catalogue/products/item?id=desk"],
        ),
        (
            "/catalogue/products",
            [
                "What most customers have",
                "/catalogue/families/item?id=software",
            ],
        ),
        (
            "/catalogue/families",
            ["Software", "/catalogue/families/item?id=software"],
        ),
        (
            "/catalogue/coupons",
            ["50% off, for 3 months", "/catalogue/coupons/item?id=five"],
        ),
        (
            "/catalogue/prices/item?id=seats",
            ["1 to 10", "/subscriptions?price=seats"],
        ),
        (
            "/catalogue/products/item?id=plans",
            ["Plans", "/catalogue/prices/item?id=basic"],
        ),
        (
            "/catalogue/families/item?id=software",
            ["Software", "/catalogue/products/item?id=desk"],
        ),
        (
            "/catalogue/coupons/item?id=half",
            ["HALF", "/subscriptions?coupon=half"],
        ),
        (
            "/customer?id=ada",
            [
                "/catalogue/prices/item?id=pro",
                "/catalogue/coupons/item?id=half",
            ],
        ),
    ] {
        let reply = session.get(path).await;
        assert_eq!(reply.status, 200, "{path}");
        for part in parts {
            reply.has(part);
        }
    }
    for kind in ["prices", "products", "families", "coupons"] {
        let path = format!("/catalogue/{kind}/item?id=unknown");
        assert_eq!(session.get(&path).await.status, 404, "{kind}");
    }
}

#[tokio::test]
async fn manifest_shows_options_on_and_off() {
    let session = Session::of(Fault::None).await;
    session
        .get("/catalogue/manifest")
        .await
        .has("allow annual")
        .has("– off")
        .has("✓ immediate")
        .has("– end-of-period")
        .has("JSON of the manifest")
        .has_not("Faults");
}

#[tokio::test]
async fn unreadable_items_are_shown_with_marks() {
    let session = Session::of(Fault::AmountIsString).await;
    let reply = session.get("/catalogue/prices").await;
    reply
        .has("This price cannot be read")
        .has("<code>basic</code>")
        .has("<code>amount.unit</code>")
        .has("&quot;9.00&quot;</mark>")
        .has("expected a whole number of minor units, found a string")
        .has("/churnkey/prices?limit=")
        .has("/catalogue/prices/item?id=pro");
    let reply = session.get("/catalogue/prices/item?id=basic").await;
    assert_eq!(reply.status, 502);
    reply
        .has("&quot;9.00&quot;</mark>")
        .has("/churnkey/prices/basic");
    session.shop.books().customers[1] = json!({ "id": "c01", "email": 5 });
    session
        .get("/customers")
        .await
        .has("This customer cannot be read")
        .has("<code>c01</code>")
        .has("<mark>&quot;email&quot;: 5");
}

#[tokio::test]
async fn subscriptions_of_all_customers_are_filtered() {
    let session = Session::of(Fault::None).await;
    let all = ["ada-pro", "ada-trial", "ada-seats", "c01-pro"];
    for (query, expected) in [
        ("", &all[..]),
        ("status=paused", &["ada-seats"]),
        ("annual=yes", &["ada-seats"]),
        ("trial=no", &["ada-seats"]),
        ("discount=yes", &["ada-pro"]),
        ("coupon=half", &["ada-pro"]),
        ("price=pro&discount=no", &["c01-pro"]),
        ("id=ada-trial", &["ada-trial"]),
        ("status=unpaid", &[]),
    ] {
        let reply = session.get(&format!("/subscriptions?{query}")).await;
        assert_eq!(reply.status, 200, "{query}");
        for id in all {
            let has = reply.text.contains(&format!("&amp;id={id}\""));
            assert_eq!(has, expected.contains(&id), "{query}: {id}");
        }
        reply.has(&format!("{} of 4 subscriptions", expected.len()));
    }
    let session = Session::of(Fault::HasNoLists).await;
    session
        .get("/subscriptions")
        .await
        .has("does not list its customers");
}

#[tokio::test]
async fn search_box_finds_customers_and_items() {
    let session = Session::of(Fault::None).await;
    for (sought, found) in [
        ("ada", "/customer?id=ada"),
        ("%20ada%20", "/customer?id=ada"),
        ("ada%40example.test", "/customer?id=ada"),
        ("Ada%20%3CADA%40Example.test%3E", "/customer?id=ada"),
        ("%2B46%208%20ada", "/customer?id=ada"),
        ("half", "/catalogue/coupons/item?id=half"),
        ("seats", "/catalogue/prices/item?id=seats"),
        ("desk", "/catalogue/products/item?id=desk"),
        ("software", "/catalogue/families/item?id=software"),
    ] {
        let reply = session.get(&format!("/search?q={sought}")).await;
        assert_eq!(reply.status, 303, "{sought}: {}", reply.text);
        assert_eq!(reply.header("location"), found);
    }
    session
        .get("/search?q=no-such")
        .await
        .has("Nothing was found")
        .has("/subscriptions?id=no-such")
        .has("customer by id");
    session.shop.books().coupons[0]["id"] = json!("pro");
    session
        .get("/search?q=pro")
        .await
        .has("2 items were found")
        .has("/catalogue/coupons/item?id=pro");
    assert_eq!(session.get("/search").await.status, 303);
}
