//! Invalid requests. Each rejection has the correct status and the error shape, repeats nothing
//! from the request, and calls no action.

mod auth;
mod bodies;
mod fields;
mod ids;
mod options;
mod queries;
mod requests;

use serde_json::{Value, json};

use crate::support::{Call, Host, Reply};

/// Part of the invalid values in requests. It must not occur in responses.
const SENTINEL: &str = "s3ntin3l";

const ACTIONS: [&str; 7] = [
    "/subscription/cancel",
    "/customer/cancel",
    "/subscription/pause",
    "/customer/pause",
    "/subscription/apply-coupon",
    "/subscription/change-price",
    "/subscription/extend-trial",
];

#[track_caller]
fn refused(reply: &Reply, status: u16) -> String {
    let message = reply.error(status);
    assert!(!message.contains(SENTINEL), "{message}");
    message
}

fn cancel() -> Value {
    json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate" })
}

fn cancel_call(host: Host) -> Call {
    host.call("POST", "/churnkey/actions/subscription/cancel")
        .json(cancel())
}
