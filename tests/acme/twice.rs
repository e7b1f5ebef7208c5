//! Properties of every action: it is idempotent, and it fails for missing objects.

use churnkey::Mode;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::company::{Company, action_request, months};

/// Returns each action with a body that can be carried out on the trial `sub` of `ann`.
fn actions() -> Vec<(&'static str, Value)> {
    let one = |body: Value| {
        with(
            json!({ "customerId": "ann", "subscriptionId": "sub" }),
            body,
        )
    };
    let all = |body: Value| with(json!({ "customerId": "ann" }), body);
    vec![
        (
            "subscription/cancel",
            one(json!({ "scheduledAt": "immediate" })),
        ),
        (
            "subscription/cancel",
            one(json!({ "scheduledAt": "end-of-period" })),
        ),
        (
            "customer/cancel",
            all(json!({ "scheduledAt": "immediate" })),
        ),
        (
            "customer/cancel",
            all(json!({ "scheduledAt": "end-of-period", "unpause": true })),
        ),
        (
            "subscription/pause",
            one(json!({ "startAt": "immediate", "duration": months(2) })),
        ),
        (
            "subscription/pause",
            one(json!({ "startAt": "end-of-period", "duration": months(2) })),
        ),
        (
            "customer/pause",
            all(json!({ "startAt": "immediate", "duration": months(2) })),
        ),
        (
            "customer/pause",
            all(json!({ "startAt": "end-of-period", "duration": months(2) })),
        ),
        (
            "subscription/apply-coupon",
            one(json!({ "id": "coupon_welcome" })),
        ),
        (
            "subscription/change-price",
            one(json!({ "id": "price_desk_annual_usd", "scheduledAt": "immediate" })),
        ),
        (
            "subscription/change-price",
            one(json!({ "id": "price_desk_annual_usd", "scheduledAt": "end-of-period" })),
        ),
        (
            "subscription/extend-trial",
            one(json!({ "duration": months(1) })),
        ),
        (
            "subscription/extend-trial",
            one(json!({ "duration": { "type": "date", "date": "2026-04-01T00:00:00.000Z" } })),
        ),
    ]
}

fn with(mut body: Value, further: Value) -> Value {
    body.as_object_mut()
        .unwrap()
        .extend(further.as_object().unwrap().clone());
    body
}

/// Returns everything that an action can change, except the audit.
fn state(company: &Company) -> Vec<String> {
    let mut state = company.select::<String>(
        "SELECT json_array(status, canceled_at, ends_with_period, period_end, trial_end, pause_start_at, pause_length, pause_start, pause_end, price_id, next_price_id)
         FROM subscriptions WHERE mode = 'test' AND id = 'sub'",
    );
    state.extend(company.select("SELECT json_array(coupon_id, charges_left, ends_at) FROM subscription_discounts WHERE subscription_id = 'sub'"));
    state.extend(
        company.select("SELECT json_array(id, redemptions) FROM coupons WHERE mode = 'test'"),
    );
    state.extend(company.select("SELECT json_array(credit, charge) FROM prorations"));
    state
}

#[tokio::test]
async fn repeated_action_changes_nothing() {
    for (action, body) in actions() {
        let company = Company::with_ann_in_trial().await;
        let before = state(&company);

        assert_eq!(company.act(action, body.clone()).await, 200, "{action}");
        let after = state(&company);
        company.set_clock("2026-01-31T12:00:30.000Z");
        assert_eq!(company.act(action, body.clone()).await, 200, "{action}");

        assert_ne!(before, after, "{action} {body}");
        assert_eq!(state(&company), after, "{action} {body}");
        assert_eq!(
            company.outcomes(),
            ["applied", "repeated"],
            "{action} {body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_concurrent_duplicates_is_applied() {
    for (action, body) in actions() {
        let alone = Company::with_ann_in_trial().await;
        assert_eq!(alone.act(action, body.clone()).await, 200);

        let company = Company::with_ann_in_trial().await;
        let mut twins = JoinSet::new();
        for _ in 0..8 {
            let instance = company.another_instance();
            let request = action_request(Mode::Test, action, &body);
            twins.spawn(async move { instance.oneshot(request).await.unwrap().status().as_u16() });
        }

        assert_eq!(twins.join_all().await, [200; 8], "{action}");
        let mut outcomes = company.outcomes();
        outcomes.sort_unstable();
        assert_eq!(
            outcomes,
            [["applied"].as_slice(), &["repeated"; 7]].concat(),
            "{action} {body}"
        );
        assert_eq!(state(&company), state(&alone), "{action} {body}");
    }
}

#[tokio::test]
async fn missing_customer_or_subscription_is_a_404() {
    let company = Company::with_ann_in_trial().await;
    company.add_customer("bob").await;
    let before = state(&company);

    for (action, body) in actions() {
        assert_eq!(
            company
                .act(
                    action,
                    with(body.clone(), json!({ "customerId": "missing" }))
                )
                .await,
            404,
            "{action}"
        );
        if body["subscriptionId"].is_string() {
            assert_eq!(
                company
                    .act(action, with(body.clone(), json!({ "customerId": "bob" })))
                    .await,
                404,
                "{action}"
            );
            assert_eq!(
                company
                    .act(action, with(body, json!({ "subscriptionId": "none" })))
                    .await,
                404,
                "{action}"
            );
        }
    }

    assert_eq!(state(&company), before);
    assert!(company.outcomes().is_empty());
}
