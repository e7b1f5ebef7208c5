//! The cancel flow: what is offered, what is sent, and what is shown of it.

use serde_json::{Value, json};

use super::desk::{Desk, Seen};
use shop::Flaw;

async fn act(desk: &Desk, subscription: &str, fields: &[(&str, &str)]) -> Seen {
    let mut all = vec![("customer", "ada"), ("subscription", subscription)];
    all.extend(fields);
    desk.post("/flow/act", &all).await
}

fn last_asked(desk: &Desk) -> (String, Value) {
    desk.shop.books().asked.last().cloned().unwrap()
}

#[tokio::test]
async fn the_flow_offers_what_the_manifest_allows_for_this_subscription() {
    let desk = Desk::of(Flaw::None).await;
    let offers = async |id: &str| {
        let path = format!("/flow/offers?customer=ada&subscription={id}");
        desk.get(&path).await.text
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
        "the price that it has is not another one"
    );
    assert!(
        active.contains(r#"<option value="basic""#) && active.contains(r#"<option value="half""#)
    );
    assert!(
        active.contains("change-price-immediate") && !active.contains("change-price-end-of-period")
    );
    assert!(!active.contains("allowAnnual\" value"));

    assert!(
        offers("ada-trial")
            .await
            .contains(r#"value="extend-trial""#)
    );
    let paused = offers("ada-seats").await;
    assert!(!paused.contains(r#"value="pause""#) && paused.contains("End the pause first"));

    desk.shop.books().subscriptions[2]["status"] = json!({ "name": "active" });
    let annual = offers("ada-seats").await;
    assert!(
        annual.contains("does not pause annual subscriptions")
            && !annual.contains(r#"value="pause""#)
    );

    desk.shop.books().subscriptions[0]["status"] =
        json!({ "name": "canceled", "canceledAt": "2026-01-01T00:00:00Z" });
    let canceled = offers("ada-pro").await;
    assert!(canceled.contains("canceled already") && !canceled.contains("<form"));
}

#[tokio::test]
async fn each_offer_is_carried_out_and_shown_before_and_after() {
    let desk = Desk::of(Flaw::None).await;
    let seen = act(
        &desk,
        "ada-pro",
        &[("action", "apply-coupon"), ("object", "five")],
    )
    .await;
    seen.has("Done: the provider answered 200")
        .has("discounts[0].coupon.id")
        .has("Before")
        .has("After")
        .has("$CK_INTEGRATION_TOKEN");
    assert_eq!(
        last_asked(&desk),
        (
            "apply-coupon".to_owned(),
            json!({ "customerId": "ada", "subscriptionId": "ada-pro", "id": "five" })
        )
    );

    let seen = act(
        &desk,
        "ada-pro",
        &[
            ("action", "change-price"),
            ("object", "basic"),
            ("schedule", "immediate"),
            ("prorate", "on"),
        ],
    )
    .await;
    seen.has("items[0].price.amount.unit")
        .has(">1900<")
        .has(">900<");
    assert_eq!(last_asked(&desk).1["prorate"], true);

    act(
        &desk,
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

    let seen = act(
        &desk,
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
    seen.has("status-paused")
        .has("status.pause.end")
        .has(r#" class="new""#)
        .has(r#" class="changed""#);
    assert_eq!(
        desk.shop.books().subscription("ada-pro")["status"]["name"],
        "paused"
    );

    act(
        &desk,
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
        last_asked(&desk),
        (
            "cancel".to_owned(),
            json!({ "customerId": "ada", "subscriptionId": "ada-pro", "scheduledAt": "immediate", "unpause": true })
        )
    );
    assert!(desk.shop.books().modes.iter().all(|mode| mode == "test"));
}

#[tokio::test]
async fn a_page_that_is_loaded_again_does_not_act_again() {
    let desk = Desk::of(Flaw::None).await;
    let fields = [
        ("csrf", &*desk.csrf),
        ("action", "cancel"),
        ("schedule", "immediate"),
        ("customer", "ada"),
        ("subscription", "ada-pro"),
    ];
    let answer = desk.sends("/flow/act", &fields).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let outcome = answer.headers()["location"].to_str().unwrap();
    for _ in 0..2 {
        desk.get(outcome)
            .await
            .has("Done: the provider answered 200");
    }
    assert_eq!(desk.shop.books().asked.len(), 1);
    assert_eq!(desk.get("/flow/outcome?number=99").await.status, 404);
    assert_eq!(desk.get("/flow/outcome?number=x").await.status, 404);
}

#[tokio::test]
async fn a_refusal_is_shown_with_what_the_provider_says() {
    let desk = Desk::of(Flaw::None).await;
    let seen = act(
        &desk,
        "ada-pro",
        &[("action", "apply-coupon"), ("object", "no-such")],
    )
    .await;
    seen.has("The provider answered 400 Bad Request: `id` is no coupon of ours.")
        .has("No field changed.");
}

#[tokio::test]
async fn an_action_without_an_effect_is_told_from_one_that_waits_for_the_end_of_the_period() {
    let desk = Desk::of(Flaw::DoesNothing).await;
    let now = [("action", "cancel"), ("schedule", "immediate")];
    act(&desk, "ada-pro", &now).await.has("but nothing changed");
    let later = [("action", "cancel"), ("schedule", "end-of-period")];
    act(&desk, "ada-pro", &later)
        .await
        .has("takes effect at the end of the period only");
}

#[tokio::test]
async fn a_form_that_makes_no_sense_is_refused_before_anything_is_sent() {
    let desk = Desk::of(Flaw::None).await;
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
            act(&desk, "ada-pro", fields).await.status,
            400,
            "{fields:?}"
        );
    }
    assert!(desk.shop.books().asked.is_empty());
}
