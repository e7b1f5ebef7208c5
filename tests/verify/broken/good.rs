//! Tests of good providers, which have no finding.

use churnkey_verify::{Outcome, Report, State};

use serde_json::{Value, json};

use crate::broken::fault::{ActionFault, Fault};
use crate::broken::provider::{Action, Content, Kind, Route};
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

#[tokio::test]
async fn additional_fields_of_a_refusal_are_no_finding() {
    let fault = Fault::none().reply(|_, reply| {
        if reply.status == 401 {
            reply.value()["hint"] = json!("see the vault");
        }
    });
    assert_good(&verified(fault, |verifier| verifier).await);
}

#[tokio::test]
async fn whole_numbers_with_a_fraction_are_no_finding() {
    let fault = Fault::none().reply(|_, reply| {
        if let Content::Json(value) = &reply.body {
            let text = with_fractions(value).to_string();
            reply.raw(text);
        }
    });
    assert_good(&verified(fault, |verifier| verifier).await);
}

#[tokio::test]
async fn shared_data_are_verified_only_on_request() {
    let shared = || {
        Fault::none().request(|request| {
            if request.mode.as_deref() == Some("live") {
                request.mode = Some("test".to_owned());
            }
        })
    };
    let report = verified(shared(), |verifier| verifier).await;
    assert!(
        report.changes.is_empty() && report.actions_sent == 0,
        "{report}"
    );
    let unexercised = report.coverage.unexercised.iter();
    assert!(
        unexercised
            .clone()
            .any(|one| one.module.as_str() == "cancel"),
        "{report}"
    );
    assert_good(&verified(shared(), |verifier| verifier.same_data(true)).await);
}

#[tokio::test]
async fn empty_database_is_not_good_in_strict_runs() {
    let fault = Fault::none().books(|books| {
        books.customers.clear();
        books.subscriptions.clear();
    });
    let report = verified(fault, |verifier| verifier).await;
    assert!(
        report.findings.is_empty() && report.is_good(false),
        "{report}"
    );
    assert!(!report.is_good(true));
    let first = report.to_string();
    assert!(first.starts_with("Not exercised: customers ("), "{first}");
}

fn with_fractions(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(with_fractions).collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, value)| (name.clone(), with_fractions(value)))
                .collect()
        }
        other => other.clone(),
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
