//! Tests of the request log.

use churnkey_runtime::Mode;
use serde_json::json;

use super::session::{Reply, Session, options};
use super::verification::ended;
use shop::{Fault, Shop, TOKEN};

const FLOW: [(&str, &str); 4] = [
    ("customer", "ada"),
    ("subscription", "ada-pro"),
    ("action", "apply-coupon"),
    ("object", "five"),
];

/// The number of the newest entry that fits a filter.
async fn newest(session: &Session, filter: &str) -> String {
    let list = session.get(&format!("/requests?{filter}")).await;
    list.between("/request?number=", "\"").to_owned()
}

async fn again(session: &Session, number: &str, times: &str) -> Reply {
    let fields = [("number", number), ("times", times)];
    session.post("/request/again", &fields).await
}

#[tokio::test]
async fn requests_of_a_verification_are_listed_with_their_time() {
    let session = Session::of(Fault::None).await;
    session.post("/verify", &[]).await;
    ended(&session).await;
    let list = session.get("/requests").await;
    list.has("verification 1").has(" ms</td>").has("Older");
    let number = newest(&session, "module=manifest&status=2").await;
    let one = session.get(&format!("/request?number={number}")).await;
    one.has("200</span> OK")
        .has("/churnkey/features")
        .has("earer $CK_INTEGRATION_TOKEN")
        .has("&quot;controllers&quot;: {")
        .has_not(TOKEN);
}

#[tokio::test]
async fn filter_narrows_the_list() {
    let session = Session::of(Fault::None).await;
    session.get("/customer?id=ada").await;
    session.get("/customer?id=not-there").await;
    for (filter, shown, hidden) in [
        ("status=4", "not-there", "/customers/ada"),
        ("status=2", "/customers/ada", "not-there"),
        (
            "module=subscriptions",
            "/customers/ada/subscriptions",
            ">200</span></td><td role=\"cell\">customers<",
        ),
        ("customer=ada", "/customers/ada", "not-there"),
        ("text=LOVELACE", "/customers/ada", "not-there"),
        ("source=page", "/customers/ada", "verification 1"),
    ] {
        let list = session.get(&format!("/requests?{filter}")).await;
        let table = list.between("<tbody", "</tbody>");
        assert!(table.contains(shown), "{filter}: {table}");
        assert!(!table.contains(hidden), "{filter}: {table}");
    }
    let none = session.get("/requests?status=none").await;
    none.has("0 of ").has_not("<tbody");
}

#[tokio::test]
async fn token_is_on_no_page_of_the_log() {
    let session = Session::of(Fault::EchoesToken).await;
    session.post("/verify", &[]).await;
    ended(&session).await;
    session.get("/customer?id=ada").await;
    session.get(&format!("/customer?id={TOKEN}")).await;
    let list = session.get("/requests").await;
    list.has_not(TOKEN);
    let escaped = TOKEN.replacen('s', "\\u0073", 1);
    for number in 1..=40 {
        let one = session.get(&format!("/request?number={number}")).await;
        one.has_not(TOKEN).has_not(&escaped);
    }
    session
        .get("/requests?status=4")
        .await
        .has("/customers/$CK_INTEGRATION_TOKEN");
}

#[tokio::test]
async fn action_is_sent_again_once_and_twice() {
    let session = Session::of(Fault::None).await;
    session.post("/flow/act", &FLOW).await.has("Done: ");
    let number = newest(&session, "module=apply-coupon&source=flow").await;
    let once = again(&session, &number, "1").await;
    once.has("request log").has("200</span> OK");
    assert_eq!(session.shop.books().actions.len(), 2);

    session.shop.fix();
    let twice = again(&session, &number, "2").await;
    twice
        .has("Both requests were answered alike.")
        .has("First response")
        .has("Second response")
        .has("Changes of the subscription")
        .has("<code>discounts[0].coupon.id</code>")
        .has_not("discounts[1]");
    let books = session.shop.books();
    assert_eq!(books.actions.len(), 2);
    assert_eq!(books.actions[0], books.actions[1]);
    assert_eq!(books.acted_in, ["test", "test"]);
}

#[tokio::test]
async fn reading_is_sent_again_in_every_mode() {
    let shop = Shop::new(Fault::None);
    let mut options = options(&shop.serve().await);
    options.mode = Mode::Live;
    let session = Session::with(shop, options).await;
    session.get("/customer?id=ada").await;
    let number = newest(&session, "module=customers").await;
    again(&session, &number, "2")
        .await
        .has("Both requests were answered alike.");
}

#[tokio::test]
async fn action_is_not_sent_again_in_live_mode() {
    let shop = Shop::new(Fault::None);
    let mut options = options(&shop.serve().await);
    options.mode = Mode::Live;
    let session = Session::with(shop, options).await;
    let confirm = session.post("/flow/act", &FLOW).await;
    let ticket = confirm.between(r#"name="ticket" value=""#, "\"").to_owned();
    let typed = [("ticket", &*ticket), ("typed", "ada")];
    session.post("/flow/confirm", &typed).await.has("Done: ");
    let number = newest(&session, "module=apply-coupon").await;
    session
        .get(&format!("/request?number={number}"))
        .await
        .has("in test mode only")
        .has_not("/request/again");
    assert_eq!(again(&session, &number, "1").await.status, 403);
    assert_eq!(session.shop.books().actions.len(), 1);
}

#[tokio::test]
async fn form_without_the_csrf_token_sends_nothing() {
    let session = Session::of(Fault::None).await;
    session.post("/flow/act", &FLOW).await.has("Done: ");
    let number = newest(&session, "module=apply-coupon").await;
    let fields = [("number", &*number), ("times", "1")];
    let form = session.form("/request/again", &fields);
    let reply = Reply::of(form.send().await.unwrap()).await;
    assert_eq!(reply.status, 403);
    assert_eq!(session.shop.books().actions.len(), 1);
    assert_eq!(again(&session, "999999", "1").await.status, 404);
}

#[tokio::test]
async fn shared_data_need_the_option() {
    let start = async |same_data| {
        let shop = Shop::new(Fault::SharesModes);
        let mut options = options(&shop.serve().await);
        options.same_data = same_data;
        Session::with(shop, options).await
    };
    let session = start(false).await;
    let refused = session.post("/flow/act", &FLOW).await;
    refused.has("test and live mode have the same data");
    assert_eq!(refused.status, 409);
    assert!(session.shop.books().actions.is_empty());

    let session = start(true).await;
    session.post("/flow/act", &FLOW).await.has("Done: ");
    let number = newest(&session, "module=apply-coupon").await;
    again(&session, &number, "1").await.has("200</span> OK");
    assert_eq!(session.shop.books().actions.len(), 2);
    assert_eq!(
        session.shop.books().actions[1].1,
        json!({ "customerId": "ada", "subscriptionId": "ada-pro", "id": "five" })
    );
}
