//! Documents on the wire.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// A manifest in which the first option of each group is on.
pub(crate) fn manifest() -> Value {
    let schedules = json!({ "immediate": true, "end-of-period": false });
    let durations = json!({ "period": true, "date": false });
    json!({
        "controllers": {
            "customers": true,
            "prices": { "enabled": true, "type": "standalone" },
            "subscriptions": true,
            "coupons": true,
        },
        "actions": {
            "cancel": { "schedules": schedules },
            "pause": { "enabled": true, "startDates": schedules, "durations": durations, "allowAnnual": false },
            "applyCoupon": { "enabled": true },
            "changePrice": { "enabled": true, "schedules": schedules, "prorate": false },
            "extendTrial": { "enabled": true, "multiple": false, "durations": durations },
        },
    })
}

/// Ann, Bob and Cy: three active subscriptions and two trials.
pub(crate) fn subscriptions() -> Vec<Value> {
    vec![
        subscription("s1", "ann", "active"),
        subscription("s2", "bob", "active"),
        subscription("s3", "bob", "trial"),
        subscription("s4", "cy", "active"),
        subscription("s5", "cy", "trial"),
    ]
}

pub(crate) fn subscription(id: &str, customer: &str, state: &str) -> Value {
    let now = Timestamp::now();
    let period = json!({
        "start": written(now - (24 * 5).hours()),
        "end": written(now + (24 * 25).hours()),
    });
    let mut status = json!({ "name": state, "currentPeriod": period });
    if state == "trial" {
        status["trial"] = period;
    }
    json!({
        "id": id,
        "customerId": customer,
        "status": status,
        "start": written(now - (24 * 90).hours()),
        "duration": { "amount": 1, "unit": "month" },
        "items": [{ "id": format!("item-{id}"), "price": price("basic"), "quantity": 1 }],
    })
}

pub(crate) fn price(id: &str) -> Value {
    json!({
        "id": id,
        "type": "standalone",
        "name": id,
        "duration": { "amount": 1, "unit": "month" },
        "amount": { "model": "fixed", "currency": "EUR", "flat": 900 },
    })
}

pub(crate) fn coupon(id: &str) -> Value {
    json!({
        "id": id,
        "code": id.to_uppercase(),
        "duration": { "type": "once" },
        "value": { "type": "percentage", "percent": 20 },
    })
}

pub(crate) fn written(at: Timestamp) -> String {
    format!("{at:.3}")
}
