//! Tests of good providers, which have no finding.

use churnkey_verify::{Outcome, Report, State};

use serde_json::{Value, json};

use crate::broken::fault::{ActionFault, Fault};
use crate::broken::provider::{Action, Kind, Route};
use crate::broken::row::verified;

#[tokio::test]
async fn every_check_passes_for_a_good_provider() {
    let report = verified(Fault::none(), |verifier| verifier).await;
    assert_good(&report);
    let reasons = [
        // The next test has longer lists.
        ("list.unbounded", "the list has at most 100 items"),
        // The action has no options.
        (
            "apply-coupon.feature-off",
            "the manifest switches off no option",
        ),
    ];
    for (id, reason) in skipped(&report) {
        let is_known = reasons
            .iter()
            .any(|(check, known)| id.ends_with(check) && reason == *known);
        assert!(is_known, "{id} was skipped: {reason}");
    }
}

#[tokio::test]
async fn a_good_provider_with_long_lists_has_no_finding() {
    let fault = Fault::none().books(|books| {
        for kind in Kind::ALL {
            books.multiply(kind);
        }
    });
    let report = verified(fault, |verifier| verifier).await;
    assert_good(&report);
    let skipped = skipped(&report);
    let unbounded = skipped.iter().find(|(id, _)| id.contains("unbounded"));
    assert_eq!(unbounded, None);
}

#[tokio::test]
async fn a_good_provider_with_every_option_has_no_finding() {
    let fault = Fault::none().manifest(|manifest| {
        for action in manifest["actions"].as_object_mut().unwrap().values_mut() {
            switch_on(action);
        }
    });
    assert_good(&verified(fault, |verifier| verifier).await);
}

#[tokio::test]
async fn a_provider_that_refuses_repetitions_has_no_finding() {
    let fault = Action::ALL
        .into_iter()
        .fold(Fault::none(), |fault, action| {
            fault.habit(ActionFault::RefusesRepetition, action)
        });
    assert_good(&verified(fault, |verifier| verifier).await);
}

#[tokio::test]
async fn a_good_provider_that_caps_pages_has_no_finding() {
    let fault = Fault::none().request(|request| request.cap = 2);
    assert_good(&verified(fault, |verifier| verifier).await);
}

#[tokio::test]
async fn a_provider_without_lists_of_customers_has_no_finding() {
    let fault = Fault::none().request(|request| {
        if request.lists(Kind::Customers) || request.lists(Kind::Subscriptions) || request.finds() {
            request.route = Route::Unknown;
        }
    });
    let report = verified(fault, |verifier| {
        verifier
            .customer("customer_0")
            .customer("org/3")
            .subscription("customer_0", "sub_0/0")
            .subscription("org/3", "sub_3/0")
    });
    let report = report.await;
    assert_good(&report);
    let skipped = skipped(&report);
    for check in [
        "customers.retrieve.unknown",
        "subscriptions.model",
        "subscriptions.other-customer",
    ] {
        let was_skipped = skipped.iter().any(|(id, _)| id == check);
        assert!(!was_skipped, "{check}");
    }
}

#[tokio::test]
async fn a_provider_with_only_required_modules_has_no_finding() {
    let fault = Fault::none()
        .manifest(|manifest| {
            *manifest = json!({
                "controllers": {
                    "customers": true,
                    "prices": { "enabled": true, "type": "standalone" },
                    "subscriptions": true,
                },
                "actions": {},
            });
        })
        .books(|books| {
            let subscriptions = books.subscriptions.iter_mut();
            let items = subscriptions.map(|subscription| &mut subscription["items"][0]["price"]);
            for price in items.chain(&mut books.prices) {
                price["type"] = json!("standalone");
                price.as_object_mut().unwrap().remove("productId");
            }
        });
    let report = verified(fault, |verifier| verifier).await;
    assert_good(&report);
    for module in &report.modules {
        let is_declared = module.module.is_required();
        assert_eq!(
            module.state == State::Good,
            is_declared,
            "{}",
            module.module
        );
    }
}

fn switch_on(options: &mut Value) {
    match options {
        Value::Object(fields) => fields.values_mut().for_each(switch_on),
        option => *option = Value::Bool(true),
    }
}

fn assert_good(report: &Report) {
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.complete, "{report}");
}

fn skipped(report: &Report) -> Vec<(String, String)> {
    let checks = report.modules.iter().flat_map(|module| &module.checks);
    checks
        .filter(|check| check.outcome != Outcome::Passed)
        .map(|check| (check.id.clone(), check.reason.clone().unwrap_or_default()))
        .collect()
}
