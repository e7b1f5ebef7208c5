//! Live data: marked on every page, and asked for twice.

use churnkey_runtime::Mode;

use super::desk::{Desk, Seen, options};
use shop::{Flaw, Shop};

async fn live() -> Desk {
    let shop = Shop::new(Flaw::None);
    let mut options = options(&shop.open().await);
    options.mode = Mode::Live;
    Desk::with(shop, options).await
}

const CANCEL: [(&str, &str); 4] = [
    ("action", "cancel"),
    ("schedule", "immediate"),
    ("customer", "ada"),
    ("subscription", "ada-pro"),
];

fn ticket(asked: &Seen) -> String {
    asked.between(r#"name="ticket" value=""#, "\"").to_owned()
}

#[tokio::test]
async fn every_page_is_marked_as_live() {
    let desk = live().await;
    for path in [
        "/",
        "/customers",
        "/customer?id=ada",
        "/flow?customer=ada&subscription=ada-pro",
        "/nowhere",
    ] {
        desk.get(path)
            .await
            .has("<title>LIVE · ")
            .has("These are real customers.");
    }
    assert!(desk.shop.books().modes.iter().all(|mode| mode == "live"));
    let test = Desk::of(Flaw::None).await;
    test.get("/customers")
        .await
        .has_not("LIVE")
        .has("test mode");
}

#[tokio::test]
async fn an_action_on_live_data_asks_again_and_wants_the_customers_id() {
    let desk = live().await;
    let asked = desk.post("/flow/act", &CANCEL).await;
    asked
        .has("Carry this out on live data?")
        .has("$CK_INTEGRATION_TOKEN");
    assert!(desk.shop.books().asked.is_empty());

    let ticket = ticket(&asked);
    for typed in ["", "Ada", "ada-pro", "yes"] {
        let again = desk
            .post("/flow/confirm", &[("ticket", &ticket), ("typed", typed)])
            .await;
        assert_eq!(again.status, 400, "{typed}");
        again.has("Nothing was done.");
    }
    assert!(desk.shop.books().asked.is_empty());

    let done = desk
        .post("/flow/confirm", &[("ticket", &ticket), ("typed", "ada")])
        .await;
    done.has("Done: the provider answered 200");
    assert_eq!(desk.shop.books().asked.len(), 1);

    let twice = desk
        .post("/flow/confirm", &[("ticket", &ticket), ("typed", "ada")])
        .await;
    assert_eq!(twice.status, 404);
    assert_eq!(desk.shop.books().asked.len(), 1);
}

#[tokio::test]
async fn nothing_gets_round_the_question() {
    let desk = live().await;
    let mut at_once = CANCEL.to_vec();
    at_once.extend([("typed", "ada"), ("ticket", "0")]);
    desk.post("/flow/act", &at_once)
        .await
        .has("Carry this out on live data?");
    assert_eq!(desk.post("/flow/confirm", &at_once).await.status, 404);
    assert_eq!(desk.get("/flow/confirm?ticket=0").await.status, 404);
    assert!(desk.shop.books().asked.is_empty());
}

#[tokio::test]
async fn verifying_live_data_does_not_offer_to_change_them() {
    let desk = live().await;
    desk.get("/").await.has_not(r#"name="actions""#);
    desk.post("/verify", &[("actions", "on"), ("sample", "1")])
        .await;
    super::verification::ended(&desk).await;
    assert!(desk.shop.books().asked.is_empty());
}
