//! Tests of the cancel flow: the offers, the requests and the outcomes.

use serde_json::{Value, json};

use super::session::{Reply, Session};
use shop::Fault;

async fn act(session: &Session, subscription: &str, fields: &[(&str, &str)]) -> Reply {
    let mut all = vec![("customer", "ada"), ("subscription", subscription)];
    all.extend(fields);
    session.post("/flow/act", &all).await
}

fn last_action(session: &Session) -> (String, Value) {
    session.shop.books().actions.last().cloned().unwrap()
}

#[tokio::test]
async fn offers_depend_on_manifest_and_subscription() {
    let session = Session::of(Fault::None).await;
    let offers = async |id: &str| {
        let path = format!("/flow/offers?customer=ada&subscription={id}");
        session.get(&path).await.text
    };
    let active = offers("ada-pro").await;
    for action in ["pause", "apply-coupon", "change-price", "cancel"] {
        assert!(
            active.contains(&format!(r#"name="action" value="{action}""#)),
            "{action}"
        );
    }
    assert!(!active.contains(r#"value="extend-trial""#));
    assert!(
        !active.contains(r#"<option value="pro""#),
        "the current price is offered"
    );
    assert!(
        active.contains(r#"<option value="basic""#) && active.contains(r#"<option value="half""#)
    );
    assert!(
        active.contains("change-price-immediate") && !active.contains("change-price-end-of-period")
    );
    // The end of the period is chosen where it is possible, and nothing else is.
    let checked: Vec<_> = active
        .split("<input ")
        .filter_map(|input| input.split('>').next())
        .filter(|input| input.contains("name=\"schedule\"") && input.contains(" checked"))
        .collect();
    assert_eq!(checked.len(), 2, "{checked:?}");
    assert!(checked.iter().all(|input| input.contains("end-of-period")));
    assert!(!active.contains("type=\"checkbox\" checked"));
    assert!(!active.contains("allowAnnual\" value"));

    assert!(
        offers("ada-trial")
            .await
            .contains(r#"value="extend-trial""#)
    );
    let paused = offers("ada-seats").await;
    assert!(!paused.contains(r#"value="pause""#) && paused.contains("End the pause first"));

    session.shop.books().subscriptions[2]["status"] = json!({ "name": "active" });
    let annual = offers("ada-seats").await;
    assert!(
        annual.contains("does not pause annual subscriptions")
            && !annual.contains(r#"value="pause""#)
    );

    session.shop.books().subscriptions[0]["status"] =
        json!({ "name": "canceled", "canceledAt": "2026-01-01T00:00:00Z" });
    let canceled = offers("ada-pro").await;
    assert!(canceled.contains("already canceled") && !canceled.contains("/flow/act"));
}

#[tokio::test]
async fn each_offer_is_carried_out_and_shown() {
    let session = Session::of(Fault::None).await;
    let reply = act(
        &session,
        "ada-pro",
        &[("action", "apply-coupon"), ("object", "five")],
    )
    .await;
    reply
        .has("Done: the provider answered 200")
        .has("discounts[0].coupon.id")
        .has("Before")
        .has("After")
        .has("$CK_INTEGRATION_TOKEN");
    assert_eq!(
        last_action(&session),
        (
            "apply-coupon".to_owned(),
            json!({ "customerId": "ada", "subscriptionId": "ada-pro", "id": "five" })
        )
    );

    let reply = act(
        &session,
        "ada-pro",
        &[
            ("action", "change-price"),
            ("object", "basic"),
            ("schedule", "immediate"),
            ("prorate", "on"),
        ],
    )
    .await;
    reply
        .has("items[0].price.amount.unit")
        .has(">1900<")
        .has(">900<");
    assert_eq!(last_action(&session).1["prorate"], true);

    act(
        &session,
        "ada-trial",
        &[
            ("action", "extend-trial"),
            ("length", "period"),
            ("amount", "2"),
            ("unit", "week"),
        ],
    )
    .await
    .has("status.trial.end");

    let reply = act(
        &session,
        "ada-pro",
        &[
            ("action", "pause"),
            ("schedule", "immediate"),
            ("length", "period"),
            ("amount", "1"),
            ("unit", "month"),
        ],
    )
    .await;
    reply
        .has("status-paused")
        .has("status.pause.end")
        .has("<div>new</div>")
        .has("<div>changed</div>");
    assert_eq!(
        session.shop.books().subscription("ada-pro")["status"]["name"],
        "paused"
    );

    act(
        &session,
        "ada-pro",
        &[
            ("action", "cancel"),
            ("schedule", "immediate"),
            ("unpause", "on"),
        ],
    )
    .await
    .has("status-canceled");
    assert_eq!(
        last_action(&session),
        (
            "cancel".to_owned(),
            json!({ "customerId": "ada", "subscriptionId": "ada-pro", "scheduledAt": "immediate", "unpause": true })
        )
    );
    let books = session.shop.books();
    assert!(!books.acted_in.is_empty() && books.acted_in.iter().all(|mode| mode == "test"));
}

#[tokio::test]
async fn reloading_the_outcome_does_not_repeat_the_action() {
    let session = Session::of(Fault::None).await;
    let fields = [
        ("csrf", &*session.csrf),
        ("action", "cancel"),
        ("schedule", "immediate"),
        ("customer", "ada"),
        ("subscription", "ada-pro"),
    ];
    let answer = session.form("/flow/act", &fields).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let outcome = answer.headers()["location"].to_str().unwrap();
    for _ in 0..2 {
        session
            .get(outcome)
            .await
            .has("Done: the provider answered 200");
    }
    assert_eq!(session.shop.books().actions.len(), 1);
    assert_eq!(session.get("/flow/outcome?number=99").await.status, 404);
    assert_eq!(session.get("/flow/outcome?number=x").await.status, 404);
}

#[tokio::test]
async fn error_message_of_the_provider_is_shown() {
    let session = Session::of(Fault::None).await;
    let reply = act(
        &session,
        "ada-pro",
        &[("action", "apply-coupon"), ("object", "no-such")],
    )
    .await;
    reply
        .has("The provider answered 400 Bad Request: `id` is an unknown coupon.")
        .has("No field changed.");
}

#[tokio::test]
async fn missing_effect_is_distinguished_from_a_later_one() {
    let session = Session::of(Fault::IgnoresActions).await;
    let now = [("action", "cancel"), ("schedule", "immediate")];
    act(&session, "ada-pro", &now)
        .await
        .has("but no field changed");
    let later = [("action", "cancel"), ("schedule", "end-of-period")];
    act(&session, "ada-pro", &later)
        .await
        .has("takes effect at the end of the period");
}

#[tokio::test]
async fn invalid_form_is_rejected_before_any_request() {
    let session = Session::of(Fault::None).await;
    for fields in [
        &[
            ("action", "pause"),
            ("schedule", "immediate"),
            ("length", "period"),
            ("amount", "many"),
            ("unit", "day"),
        ][..],
        &[("action", "delete-everything")],
        &[("action", "cancel"), ("schedule", "../x")],
    ] {
        assert_eq!(
            act(&session, "ada-pro", fields).await.status,
            400,
            "{fields:?}"
        );
    }
    assert!(session.shop.books().actions.is_empty());
}

#[tokio::test]
async fn offers_fit_the_subscription() {
    let session = Session::of(Fault::None).await;
    {
        let mut books = session.shop.books();
        let mut old = books.coupons[0].clone();
        (old["id"], old["expiresAt"]) = (json!("old"), json!(shop::day(-1)));
        let mut used = books.coupons[0].clone();
        (used["id"], used["redemptions"]) = (json!("used"), json!({ "max": 2, "current": 2 }));
        let mut euro = books.coupons[1].clone();
        (euro["id"], euro["value"]["currency"]) = (json!("euro"), json!("EUR"));
        books.coupons.extend([old, used, euro]);
    }
    let path = "/flow/offers?customer=ada&subscription=ada-pro";
    let reply = session.get(path).await;
    for id in ["half", "five", "basic"] {
        reply.has(&format!(r#"<option value="{id}""#));
    }
    // The price `seats` is in another currency.
    for id in ["old", "used", "euro", "seats", "pro"] {
        reply.has_not(&format!(r#"<option value="{id}""#));
    }
    reply
        .has(": expired")
        .has(": used up")
        .has(": another currency")
        .has("Choose a coupon");
}

#[tokio::test]
async fn all_subscriptions_are_canceled_at_once() {
    let session = Session::of(Fault::None).await;
    let path = "/flow?customer=ada";
    session
        .get("/customer?id=ada")
        .await
        .has(&format!(r#"href="{path}""#));
    session.get(path).await.has("ada-trial").has("ada-seats");
    let offers = session.get("/flow/offers?customer=ada").await;
    offers
        .has(r#"value="pause-all""#)
        .has(r#"value="cancel-all""#);
    offers.has_not(r#"name="subscription""#);
    let cancel = [
        ("customer", "ada"),
        ("action", "cancel-all"),
        ("schedule", "immediate"),
    ];
    let reply = session.post("/flow/act", &cancel).await;
    reply
        .has("Done: the provider answered 200")
        .has("ada-trial")
        .has("status.name");
    assert_eq!(
        last_action(&session),
        (
            "cancel-all".to_owned(),
            json!({ "customerId": "ada", "scheduledAt": "immediate" })
        )
    );
    session
        .get("/flow/offers?customer=ada")
        .await
        .has("already canceled");
    assert_eq!(session.get("/flow?customer=unknown").await.status, 404);
}

#[tokio::test]
async fn missing_action_on_all_subscriptions_is_no_fault() {
    let session = Session::of(Fault::HasNoLists).await;
    let cancel = [
        ("customer", "ada"),
        ("action", "cancel-all"),
        ("schedule", "end-of-period"),
    ];
    session
        .post("/flow/act", &cancel)
        .await
        .has("which is optional");
}
