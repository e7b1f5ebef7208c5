//! Invalid requests: they must be rejected with the correct status, in the error shape, without
//! repeating the request, and without an effect.

pub mod bodies;
pub mod ids;
pub mod queries;
pub mod tokens;

use serde_json::Value;

use crate::conformance::client::Client;
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
