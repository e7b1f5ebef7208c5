//! What is shown of customers and subscriptions, and of a provider that fails.

use serde_json::json;

use super::desk::{Desk, options};
use shop::day;
use shop::{Flaw, Shop};

#[tokio::test]
async fn a_customer_is_found_by_id_e_mail_and_phone() {
    let desk = Desk::of(Flaw::None).await;
    for (by, sought) in [
        ("id", "ada"),
        ("email", "ada%40example.test"),
        ("phone", "%2B46%208%20ada"),
        ("id", "%20ada%20"),
    ] {
        let seen = desk.get(&format!("/customers?by={by}&q={sought}")).await;
        assert_eq!(seen.status, 303, "{by}: {}", seen.text);
        assert_eq!(seen.header("location"), "/customer?id=ada");
    }
    desk.get("/customers?by=email&q=nobody")
        .await
        .has("knows no such customer");
}

#[tokio::test]
async fn customers_are_listed_page_by_page_to_the_end() {
    let desk = Desk::of(Flaw::None).await;
    let mut path = "/customers".to_owned();
    let mut pages = 0;
    let mut all = String::new();
    loop {
        let seen = desk.get(&path).await;
        pages += 1;
        all.push_str(&seen.text);
        if !seen.text.contains("rel=\"next\"") {
            break;
        }
        path = seen
            .between("rel=\"next\" href=\"", "\"")
            .replace("&amp;", "&");
    }
    assert_eq!(pages, 2);
    for number in 1..=30 {
        assert!(all.contains(&format!("/customer?id=c{number:02}")));
    }
}

#[tokio::test]
async fn a_customer_is_shown_with_everything_that_the_provider_tells() {
    let desk = Desk::of(Flaw::None).await;
    let seen = desk.get("/customer?id=ada").await;
    assert_eq!(seen.status, 200);
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
        "The timeline as a table",
        "Billing period",
        "until",
        // 10 × 1200 + 4 × 900 + 500, without a minor unit.
        "JPY 16100",
        "1 to 10",
        "from 11",
    ] {
        let found = seen.text.contains(text) || seen.text.contains(&text.replace("&#39;", "'"));
        assert!(found || text == "until", "{text}: {}", seen.text);
    }
}

#[tokio::test]
async fn a_provider_without_lists_is_searched_and_asked_for_ids() {
    let desk = Desk::of(Flaw::ListsNobody).await;
    desk.get("/customers")
        .await
        .has("does not list its customers");
    let seen = desk.get("/customer?id=ada").await;
    seen.has("does not list a customer's subscriptions");
    let seen = desk.get("/subscription?customer=ada&id=ada-pro").await;
    seen.has("Half price").has("Go through the cancel flow");
    assert_eq!(
        desk.get("/subscription?customer=c01&id=ada-pro")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn hostile_names_are_text() {
    let desk = Desk::of(Flaw::None).await;
    let name = "<script>alert(1)</script>\"'&\u{202e}drawkcab\0";
    let id = "a/../b?c=d&e#f\"><img src=x onerror=alert(1)>";
    {
        let mut books = desk.shop.books();
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
        format!("/customers?by=id&q={encoded}x"),
        format!("/flow?customer={encoded}&subscription={encoded}"),
        format!("/flow/offers?customer={encoded}&subscription={encoded}&reason={encoded}"),
    ] {
        let seen = desk.get(&path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        seen.has_not("<script>alert")
            .has_not("<img")
            .has_not("\u{202e}")
            .has_not("\0");
    }
    let seen = desk.get(&format!("/customer?id={encoded}")).await;
    seen.has("&lt;script&gt;alert(1)&lt;/script&gt;")
        .has("⟨U+202E⟩drawkcab⟨U+0000⟩");
    let outcome = desk
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
        desk.shop.books().subscription(id)["status"]["name"],
        "canceled"
    );
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_on_every_page() {
    let desk = Desk::with(Shop::new(Flaw::None), options("http://127.0.0.1:1")).await;
    for path in [
        "/customers?by=id&q=ada",
        "/customer?id=ada",
        "/subscription?customer=ada&id=x",
        "/flow?customer=ada&subscription=x",
        "/flow/offers?customer=ada&subscription=x",
    ] {
        let seen = desk.get(path).await;
        assert_eq!(seen.status, 502, "{path}");
        seen.has("The provider cannot be reached").has("</html>");
    }
    let seen = desk
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
    seen.has("Nothing was sent")
        .has("The provider cannot be reached");
}

#[tokio::test]
async fn a_provider_that_fails_is_quoted() {
    let desk = Desk::of(Flaw::SubscriptionsFail).await;
    let seen = desk.get("/customer?id=ada").await;
    assert_eq!(seen.status, 200);
    seen.has("Ada Lovelace")
        .has("The provider failed: 500 Internal Server Error.")
        .has("the database is on fire")
        .has("curl -i");
    let desk = Desk::of(Flaw::AnswersMarkup).await;
    let seen = desk.get("/customer?id=ada").await;
    seen.has("answered with markup, such as HTML")
        .has("&lt;h1&gt;It works!")
        .has_not("<h1>It works!");
}

#[tokio::test]
async fn a_model_that_is_none_has_its_faults_named() {
    let desk = Desk::of(Flaw::None).await;
    desk.shop.books().subscriptions[0]["items"][0]["price"]["amount"]["unit"] = json!("9.00");
    desk.shop.books().subscriptions[1]["status"]["trial"] =
        json!({ "start": day(3), "end": day(-3) });
    let seen = desk.get("/customer?id=ada").await;
    seen.has("A subscription cannot be read")
        .has("amount.unit")
        .has("a whole number of minor units")
        .has("ada-seats");
    seen.has("not quite as the protocol has it");
    let seen = desk.get("/flow?customer=ada&subscription=ada-pro").await;
    assert_eq!(seen.status, 502);
    seen.has("amount.unit");
}

#[tokio::test]
async fn the_numbers_of_a_hostile_provider_break_nothing() {
    let desk = Desk::of(Flaw::None).await;
    {
        let mut books = desk.shop.books();
        let one = &mut books.subscriptions[0];
        one["items"][0]["quantity"] = json!(u64::MAX);
        one["items"][0]["price"]["amount"]["unit"] = json!(i64::MIN);
        one["start"] = json!("0000-01-01T00:00:00Z");
        one["status"]["currentPeriod"] =
            json!({ "start": "0000-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z" });
        one["duration"]["amount"] = json!(u32::MAX);
    }
    let seen = desk.get("/customer?id=ada").await;
    assert_eq!(seen.status, 200);
    seen.has("cannot be told").has("ada-trial");
}

#[tokio::test]
async fn a_page_stays_a_page_whatever_a_provider_sends() {
    let desk = Desk::of(Flaw::IgnoresLimits).await;
    {
        let mut books = desk.shop.books();
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
    let seen = desk.get("/customers").await;
    seen.has("The provider sent 5006 more than it was asked for");
    assert!(seen.text.len() < 100_000, "{}", seen.text.len());
    let seen = desk.get("/customer?id=ada").await;
    seen.has("… and 1900 more.")
        .has("A subscription cannot be read");
    assert!(seen.text.len() < 500_000, "{}", seen.text.len());
    let cancel = [
        ("action", "cancel"),
        ("schedule", "immediate"),
        ("customer", "ada"),
        ("subscription", "ada-pro"),
    ];
    let seen = desk.post("/flow/act", &cancel).await;
    seen.has("Done: the provider answered 200");
    assert!(seen.text.len() < 500_000, "{}", seen.text.len());
}
