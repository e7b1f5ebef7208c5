//! Wrong values whose finding has a fix of its own.

use serde_json::{Value, json};

use crate::broken::provider::Kind::{self, Prices, Subscriptions};
use crate::broken::row::verified;
use crate::broken::rows::models::edit;

#[tokio::test]
async fn one_finding_has_the_fix_for_the_value() {
    let charge = json!({ "model": "fixed", "currency": "USD", "unit_amount": 1900 });
    let cases: [(Kind, &'static str, Value, &str); 4] = [
        (Prices, "/amount", charge, "Rename `unit_amount` to `unit`."),
        (
            Prices,
            "/amount/currency",
            json!("usd"),
            "Send `USD` instead of `usd`.",
        ),
        (
            Prices,
            "/duration/unit",
            json!("months"),
            "Send `month` instead of `months`.",
        ),
        (
            Subscriptions,
            "/start",
            json!(1_767_225_600),
            "Unix time in seconds",
        ),
    ];
    for (kind, pointer, value, fix) in cases {
        let fault = edit(kind, move |item| {
            *item.pointer_mut(pointer).unwrap() = value.clone();
        });
        let report = verified(fault, |verifier| verifier.actions(false)).await;
        let [finding] = report.findings.as_slice() else {
            panic!("{pointer}: {:?}", report.findings);
        };
        assert_eq!(finding.id, format!("{}.model", kind.name()));
        assert!(finding.fix.contains(fix), "{pointer}: {}", finding.fix);
    }
}
