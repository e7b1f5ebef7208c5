//! `GET /churnkey/features` of a provider that has every module and every option.

use serde_json::{Value, json};

use crate::conformance::Start;
use crate::conformance::client::{Client, Mode};

/// The lists that do not belong to a customer.
pub(crate) const LISTS: [&str; 5] = [
    "/customers",
    "/prices",
    "/products",
    "/families",
    "/coupons",
];

/// The types of prices and of products.
pub(crate) const TYPES: (&str, &str) = ("product", "family");

/// The manifest: the suite tests providers that offer everything, so no test has to be left out.
fn complete() -> Value {
    let schedules = json!({ "immediate": true, "end-of-period": true });
    let durations = json!({ "period": true, "date": true });
    json!({
        "controllers": {
            "customers": true,
            "prices": { "enabled": true, "type": TYPES.0 },
            "subscriptions": true,
            "coupons": true,
            "products": { "enabled": true, "type": TYPES.1 },
            "families": true,
        },
        "actions": {
            "cancel": { "schedules": schedules },
            "pause": {
                "enabled": true,
                "startDates": schedules,
                "durations": durations,
                "allowAnnual": true,
            },
            "applyCoupon": { "enabled": true },
            "changePrice": { "enabled": true, "schedules": schedules, "prorate": true },
            "extendTrial": { "enabled": true, "multiple": true, "durations": durations },
        },
    })
}

pub fn manifest_is_complete_in_both_modes(start: Start) {
    let process = start();
    for mode in Mode::BOTH {
        let manifest = Client::new(&process, mode).row("/features");
        assert_eq!(manifest, complete());
    }
}

pub fn every_advertised_module_is_served(start: Start) {
    let process = start();
    let mut client = Client::new(&process, Mode::Test);
    for list in LISTS {
        assert_eq!(client.get(list).status, 200, "{list}");
    }
    let actions = [
        "cancel",
        "pause",
        "apply-coupon",
        "change-price",
        "extend-trial",
    ];
    for action in actions {
        // An empty object lacks the fields that every action requires.
        let path = format!("/actions/subscription/{action}");
        assert_eq!(client.post(&path, &json!({})).status, 400, "{path}");
    }
}
