//! Invalid requests: they must be rejected with the correct status, in the error shape, without
//! repeating the request, and without an effect.

pub mod bodies;
pub mod fields;
pub mod ids;
pub mod queries;
pub mod tokens;

use serde_json::{Value, json};

use crate::conformance::client::{Client, Mode, id_of, text_of};
use crate::conformance::guarded::Guarded;
use crate::{Reply, Request};

/// Asserts a rejection. `values` are parts of the request that the message must not repeat.
pub fn assert_refused(
    client: &mut Client<'_>,
    request: &Request,
    statuses: &[u16],
    values: &[&str],
) -> Reply {
    let response = client.send(request);
    let shown = format!("{}\n→ {} {}", request, response.status, response.text());
    assert!(
        statuses.contains(&response.status),
        "expected {statuses:?}: {shown}"
    );
    let body = response.json();
    let fields = body
        .as_object()
        .unwrap_or_else(|| panic!("no object: {shown}"));
    assert_eq!(
        fields.len(),
        2,
        "other fields than code and message: {shown}"
    );
    assert_eq!(
        fields.get("code"),
        Some(&Value::from(response.status)),
        "{shown}"
    );
    let message = fields.get("message").and_then(Value::as_str);
    let message = message.unwrap_or_else(|| panic!("no message: {shown}"));
    assert!(!message.trim().is_empty(), "an empty message: {shown}");
    for value in values.iter().filter(|value| value.len() > 2) {
        assert!(
            !message.contains(value),
            "the message repeats `{value}`: {shown}"
        );
    }
    assert!(
        !message.contains(&client.process.token),
        "the message contains the token"
    );
    response
}

/// Returns a body that would pause the subscription.
fn pause_of(subscription: &Value) -> Value {
    serde_json::json!({
        "customerId": subscription["customerId"],
        "subscriptionId": subscription["id"],
        "startAt": "immediate",
        "duration": {"type": "period", "amount": 2, "unit": "month"},
    })
}

const PAUSE: &str = "/actions/subscription/pause";

/// Returns every action with a body that would have an effect, and the subscription to check.
fn actions(guarded: &Guarded) -> [(&'static str, Value, &Value); 7] {
    let active = guarded.subscription(Mode::Test, "active", "month");
    let trial = guarded.subscription(Mode::Test, "trial", "month");
    let price = guarded.before.list(Mode::Test, "/prices").next();
    let coupon = guarded.before.list(Mode::Test, "/coupons").next();
    let period = json!({"type": "period", "amount": 2, "unit": "month"});
    let pause = json!({"startAt": "immediate", "duration": period, "allowAnnual": true});
    let cancel = json!({"scheduledAt": "immediate", "unpause": false});
    let price = json!({"id": price.map(id_of), "scheduledAt": "immediate", "prorate": false});
    let actions = [
        ("/actions/subscription/cancel", cancel.clone(), active),
        ("/actions/customer/cancel", cancel, active),
        (PAUSE, pause.clone(), active),
        ("/actions/customer/pause", pause, active),
        (
            "/actions/subscription/apply-coupon",
            json!({"id": coupon.map(id_of)}),
            active,
        ),
        ("/actions/subscription/change-price", price, active),
        (
            "/actions/subscription/extend-trial",
            json!({"duration": period}),
            trial,
        ),
    ];
    actions.map(|(path, mut body, subscription)| {
        body["customerId"] = subscription["customerId"].clone();
        if path.contains("/subscription/") {
            body["subscriptionId"] = subscription["id"].clone();
        }
        (path, body, subscription)
    })
}

/// Sends an action a body with one error, and asserts the rejection.
fn refuse(
    guarded: &Guarded,
    client: &mut Client<'_>,
    path: &str,
    body: &Value,
    watched: &Value,
    values: &[&str],
) {
    let request = client.request("POST", path).json(body);
    refuse_request(guarded, client, &request, &[400], watched, values);
}

fn refuse_request(
    guarded: &Guarded,
    client: &mut Client<'_>,
    request: &Request,
    statuses: &[u16],
    watched: &Value,
    values: &[&str],
) {
    let (id, customer) = (id_of(watched), text_of(watched, "customerId"));
    let values = [values, &["7f3a", &id, &customer]].concat();
    assert_refused(client, request, statuses, &values);
    guarded.assert_kept(client, watched, request);
}
