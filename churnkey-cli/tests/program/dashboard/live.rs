//! Tests of live data, which is marked on every page and needs confirmation.

use churnkey_runtime::Mode;

use super::session::{Reply, Session, options};
use shop::{Fault, Shop};

async fn live() -> Session {
    let shop = Shop::new(Fault::None);
    let mut options = options(&shop.serve().await);
    options.mode = Mode::Live;
    Session::with(shop, options).await
}

const CANCEL: [(&str, &str); 4] = [
    ("action", "cancel"),
    ("schedule", "immediate"),
    ("customer", "ada"),
    ("subscription", "ada-pro"),
];

fn ticket(reply: &Reply) -> String {
    reply.between(r#"name="ticket" value=""#, "\"").to_owned()
}

#[tokio::test]
async fn every_page_is_marked_as_live() {
    let session = live().await;
    for path in [
        "/",
        "/customers",
        "/customer?id=ada",
        "/flow?customer=ada&subscription=ada-pro",
        "/nowhere",
    ] {
        session
            .get(path)
            .await
            .has("<title>LIVE · ")
            .has("These are real customers.");
    }
    assert!(session.shop.books().modes.iter().all(|mode| mode == "live"));
    let test = Session::of(Fault::None).await;
    test.get("/customers")
        .await
        .has_not("LIVE")
        .has("test mode");
}

#[tokio::test]
async fn action_on_live_data_must_be_confirmed() {
    let session = live().await;
    let asked = session.post("/flow/act", &CANCEL).await;
    asked
        .has("Carry out this action on live data?")
        .has("$CK_INTEGRATION_TOKEN");
    assert!(session.shop.books().actions.is_empty());

    let ticket = ticket(&asked);
    for typed in ["", "Ada", "ada-pro", "yes"] {
        let again = session
            .post("/flow/confirm", &[("ticket", &ticket), ("typed", typed)])
            .await;
        assert_eq!(again.status, 400, "{typed}");
        again.has("Nothing was done.");
    }
    assert!(session.shop.books().actions.is_empty());

    let done = session
        .post("/flow/confirm", &[("ticket", &ticket), ("typed", "ada")])
        .await;
    done.has("Done: the provider answered 200");
    assert_eq!(session.shop.books().actions.len(), 1);

    let twice = session
        .post("/flow/confirm", &[("ticket", &ticket), ("typed", "ada")])
        .await;
    assert_eq!(twice.status, 404);
    assert_eq!(session.shop.books().actions.len(), 1);
}

#[tokio::test]
async fn confirmation_cannot_be_bypassed() {
    let session = live().await;
    let mut at_once = CANCEL.to_vec();
    at_once.extend([("typed", "ada"), ("ticket", "0")]);
    session
        .post("/flow/act", &at_once)
        .await
        .has("Carry out this action on live data?");
    assert_eq!(session.post("/flow/confirm", &at_once).await.status, 404);
    assert_eq!(session.get("/flow/confirm?ticket=0").await.status, 404);
    assert!(session.shop.books().actions.is_empty());
}

#[tokio::test]
async fn verification_of_live_data_offers_no_actions() {
    let session = live().await;
    session.get("/").await.has_not(r#"name="actions""#);
    session
        .post("/verify", &[("actions", "on"), ("sample", "1")])
        .await;
    super::verification::ended(&session).await;
    assert!(session.shop.books().actions.is_empty());
}
