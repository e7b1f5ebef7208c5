//! Tests of the pages of customers and subscriptions, also with a faulty provider.

use serde_json::json;

use super::session::{Session, options};
use shop::day;
use shop::{Fault, Shop};

#[tokio::test]
async fn all_pages_of_customers_are_listed() {
    let session = Session::of(Fault::None).await;
    let mut path = "/customers".to_owned();
    let mut pages = 0;
    let mut all = String::new();
    loop {
        let reply = session.get(&path).await;
        pages += 1;
        all.push_str(&reply.text);
        if !reply.text.contains("rel=\"next\"") {
            break;
        }
        path = reply
            .between("rel=\"next\" href=\"", "\"")
            .replace("&amp;", "&");
    }
    assert_eq!(pages, 2);
    for number in 1..=30 {
        assert!(all.contains(&format!("/customer?id=c{number:02}")));
    }
}

#[tokio::test]
async fn customer_page_shows_all_data() {
    let session = Session::of(Fault::None).await;
    let reply = session.get("/customer?id=ada").await;
    assert_eq!(reply.status, 200);
    for text in [
        "Ada Lovelace",
        "ada@example.test",
        "12 St James&#39;s Square",
        "SW1Y 4JH London",
        "engineering",
        "Discounts on everything",
        "USD 5.00 flat off, once",
        "ada-pro",
        "Half price",
        "50% off, for 3 months",
        "USD 19.00 each",
        "USD 38.00",
        "Timeline as a table",
        "Billing period",
        "until",
        // 10 × 1200 + 4 × 900 + 500; the yen has no minor unit.
        "JPY 16100",
        "1 to 10",
        "from 11",
    ] {
        let found = reply.text.contains(text) || reply.text.contains(&text.replace("&#39;", "'"));
        assert!(found || text == "until", "{text}: {}", reply.text);
    }
}

#[tokio::test]
async fn provider_without_lists_can_be_searched() {
    let session = Session::of(Fault::HasNoLists).await;
    session
        .get("/customers")
        .await
        .has("does not list its customers");
    let reply = session.get("/customer?id=ada").await;
    reply.has("does not list a customer's subscriptions");
    let reply = session.get("/subscription?customer=ada&id=ada-pro").await;
    reply.has("Half price").has("Start the cancel flow");
    assert_eq!(
        session
            .get("/subscription?customer=c01&id=ada-pro")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn hostile_names_are_escaped() {
    let session = Session::of(Fault::None).await;
    let name = "<script>alert(1)</script>\"'&\u{202e}drawkcab\0";
    let id = "a/../b?c=d&e#f\"><img src=x onerror=alert(1)>";
    {
        let mut books = session.shop.books();
        books.customers.insert(0, json!({ "id": id, "name": name, "email": name, "phone": name, "metadata": { name: name }, "addresses": [{ "city": name }] }));
        let mut hostile = books.subscriptions[0].clone();
        hostile["id"] = json!(id);
        hostile["customerId"] = json!(id);
        hostile["discounts"][0]["coupon"]["name"] = json!(name);
        hostile["items"][0]["price"]["name"] = json!(name);
        books.subscriptions.push(hostile);
    }
    let encoded: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for path in [
        "/customers".to_owned(),
        format!("/customer?id={encoded}"),
        format!("/search?q={encoded}x"),
        "/subscriptions".to_owned(),
        format!("/flow?customer={encoded}&subscription={encoded}"),
        format!("/flow/offers?customer={encoded}&subscription={encoded}&reason={encoded}"),
    ] {
        let reply = session.get(&path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply
            .has_not("<script>alert")
            .has_not("<img")
            .has_not("\u{202e}")
            .has_not("\0");
    }
    let reply = session.get(&format!("/customer?id={encoded}")).await;
    reply
        .has("&lt;script&gt;alert(1)&lt;/script&gt;")
        .has("⟨U+202E⟩drawkcab⟨U+0000⟩");
    let outcome = session
        .post(
            "/flow/act",
            &[
                ("action", "cancel"),
                ("schedule", "immediate"),
                ("customer", id),
                ("subscription", id),
            ],
        )
        .await;
    outcome
        .has("Done: the provider answered 200")
        .has_not("<img")
        .has_not("\u{202e}");
    assert_eq!(
        session.shop.books().subscription(id)["status"]["name"],
        "canceled"
    );
}

#[tokio::test]
async fn every_page_reports_an_unreachable_provider() {
    let session = Session::with(Shop::new(Fault::None), options("http://127.0.0.1:1")).await;
    for path in [
        "/customers",
        "/search?q=ada",
        "/subscriptions",
        "/catalogue/prices",
        "/catalogue/coupons/item?id=half",
        "/catalogue/manifest",
        "/customer?id=ada",
        "/flow?customer=ada",
        "/subscription?customer=ada&id=x",
        "/flow?customer=ada&subscription=x",
        "/flow/offers?customer=ada&subscription=x",
    ] {
        let reply = session.get(path).await;
        assert_eq!(reply.status, 502, "{path}");
        reply.has("The provider cannot be reached").has("</html>");
    }
    let reply = session
        .post(
            "/flow/act",
            &[
                ("action", "cancel"),
                ("schedule", "immediate"),
                ("customer", "ada"),
                ("subscription", "x"),
            ],
        )
        .await;
    reply
        .has("Nothing was sent")
        .has("The provider cannot be reached");
}

#[tokio::test]
async fn error_response_of_the_provider_is_shown() {
    let session = Session::of(Fault::SubscriptionsFail).await;
    let reply = session.get("/customer?id=ada").await;
    assert_eq!(reply.status, 200);
    reply
        .has("Ada Lovelace")
        .has("The provider failed: 500 Internal Server Error.")
        .has("the database failed")
        .has("curl -i");
    let session = Session::of(Fault::RespondsWithHtml).await;
    let reply = session.get("/customer?id=ada").await;
    reply
        .has("answered with markup, such as HTML")
        .has("&lt;h1&gt;It works!")
        .has_not("<h1>It works!");
}

#[tokio::test]
async fn invalid_model_is_shown_with_its_faults() {
    let session = Session::of(Fault::None).await;
    session.shop.books().subscriptions[0]["items"][0]["price"]["amount"]["unit"] = json!("9.00");
    session.shop.books().subscriptions[1]["status"]["trial"] =
        json!({ "start": day(3), "end": day(-3) });
    let reply = session.get("/customer?id=ada").await;
    reply
        .has("This subscription cannot be read")
        .has("<code>ada-pro</code>")
        .has("items[0].price.amount.unit")
        .has("&quot;unit&quot;: &quot;9.00&quot;</mark>")
        .has("/customers/ada/subscriptions?limit=")
        .has("a whole number of minor units")
        .has("ada-seats");
    reply.has("does not fully match the protocol");
    let reply = session.get("/flow?customer=ada&subscription=ada-pro").await;
    assert_eq!(reply.status, 502);
    reply.has("amount.unit");
}

#[tokio::test]
async fn extreme_numbers_do_not_break_the_page() {
    let session = Session::of(Fault::None).await;
    {
        let mut books = session.shop.books();
        let one = &mut books.subscriptions[0];
        one["items"][0]["quantity"] = json!(u64::MAX);
        one["items"][0]["price"]["amount"]["unit"] = json!(i64::MIN);
        one["start"] = json!("0000-01-01T00:00:00Z");
        one["status"]["currentPeriod"] =
            json!({ "start": "0000-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z" });
        one["duration"]["amount"] = json!(u32::MAX);
    }
    let reply = session.get("/customer?id=ada").await;
    assert_eq!(reply.status, 200);
    reply.has("cannot be calculated").has("ada-trial");
}

#[tokio::test]
async fn page_size_is_limited_for_any_response() {
    let session = Session::of(Fault::IgnoresLimits).await;
    {
        let mut books = session.shop.books();
        let customer = books.customers[1].clone();
        books.customers.extend((0..5_000).map(|_| customer.clone()));
        let one = &mut books.subscriptions[0];
        let (discount, item) = (one["discounts"][0].clone(), one["items"][0].clone());
        one["discounts"] = (0..2_000).map(|_| discount.clone()).collect();
        one["items"] = (0..2_000).map(|_| item.clone()).collect();
        one["metadata"] = (0..2_000)
            .map(|key| (key.to_string(), json!("x")))
            .collect();
        let mut flawed = books.subscriptions[1].clone();
        flawed["items"] = (0..2_000).map(|_| json!({})).collect();
        books.subscriptions.push(flawed);
    }
    let reply = session.get("/customers").await;
    reply.has("The provider sent 5006 more items than");
    assert!(reply.text.len() < 100_000, "{}", reply.text.len());
    let reply = session.get("/customer?id=ada").await;
    reply
        .has("… and 1900 more.")
        .has("This subscription cannot be read");
    assert!(reply.text.len() < 500_000, "{}", reply.text.len());
    let cancel = [
        ("action", "cancel"),
        ("schedule", "immediate"),
        ("customer", "ada"),
        ("subscription", "ada-pro"),
    ];
    let reply = session.post("/flow/act", &cancel).await;
    reply.has("Done: the provider answered 200");
    assert!(reply.text.len() < 500_000, "{}", reply.text.len());
}
