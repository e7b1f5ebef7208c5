//! Tests of the baseline.

use serde_json::json;

use super::*;
use crate::report::{CheckReport, ModuleReport};

/// A report with an error, a warning and a piece of advice, and with checks that passed and that
/// did not run.
fn report() -> Report {
    let check = |id: &str, outcome: &str| json!({ "id": id, "outcome": outcome });
    let finding = |id: &str, path: &str, severity: &str| {
        json!({
            "id": id, "module": "prices", "severity": severity, "known": "doc",
            "cause": "wrong-data", "rule": "", "path": path, "expected": "", "found": "",
            "fix": "", "count": 1,
        })
    };
    let report = json!({
        "version": 1, "target": "in process", "mode": "test", "complete": true, "requests": 1,
        "milliseconds": 1, "changes": [], "actionsSent": 0,
        "coverage": { "checks": 4, "exercised": 3, "unexercised": [] },
        "modules": [{
            "module": "prices", "state": "faulty", "features": [], "items": 1,
            "checks": [
                check("prices.model", "failed"), check("prices.unknown-field", "failed"),
                check("prices.list.page", "passed"), check("prices.list.repeats", "skipped"),
            ],
        }],
        "findings": [
            finding("prices.model", "amount", "error"),
            finding("prices.unknown-field", "nickname", "warning"),
            finding("prices.recommended", "name", "advice"),
        ],
    });
    serde_json::from_value(report).expect("a report")
}

fn baseline(entries: &[(&str, &str)]) -> Baseline {
    let entries = entries.iter();
    let entries: Vec<_> = entries
        .map(|(id, path)| match *path {
            "" => json!({ "id": id, "reason": "known" }),
            path => json!({ "id": id, "path": path, "reason": "known" }),
        })
        .collect();
    let text = json!({ "version": 1, "findings": entries }).to_string();
    Baseline::from_json(&text).expect("a baseline")
}

fn places(places: &[Place]) -> Vec<String> {
    places.iter().map(Place::to_string).collect()
}

#[test]
fn finding_outside_the_baseline_is_new() {
    let judged = baseline(&[]).judge(&report(), false);
    assert_eq!(places(&judged.new), ["prices.model at amount"]);
    assert!(!judged.is_good());
    let strict = baseline(&[("prices.model", "amount")]).judge(&report(), true);
    assert_eq!(places(&strict.new), ["prices.unknown-field at nickname"]);
    assert_eq!(places(&strict.known), ["prices.model at amount"]);
}

#[test]
fn same_check_at_another_path_is_new() {
    let judged = baseline(&[("prices.model", "currency")]).judge(&report(), false);
    assert_eq!(places(&judged.new), ["prices.model at amount"]);
    assert_eq!(places(&judged.stale), ["prices.model at currency"]);
}

#[test]
fn entry_is_stale_only_if_its_check_ran() {
    let known = [
        ("prices.model", "amount"),
        ("prices.recommended", "name"),
        ("prices.list.page", ""),
        ("prices.list.repeats", ""),
        ("coupons.model", ""),
    ];
    let judged = baseline(&known).judge(&report(), false);
    assert_eq!(places(&judged.stale), ["prices.list.page"]);
    assert_eq!(
        places(&judged.unchecked),
        ["prices.list.repeats", "coupons.model"]
    );
    assert!(!judged.is_good());
    let mut incomplete = report();
    incomplete.complete = false;
    assert!(baseline(&known).judge(&incomplete, false).is_good());
}

#[test]
fn written_baseline_keeps_reasons_and_needs_new_ones() {
    let earlier = baseline(&[
        ("prices.model", "amount"),
        ("prices.list.page", ""),
        ("coupons.model", ""),
    ]);
    let earlier = serde_json::to_string(&earlier).expect("JSON");
    let written = Baseline::written(&report(), true, Some(&earlier)).expect("a baseline");
    let fault = Baseline::from_json(&written).expect_err("no reason");
    assert!(
        fault
            .to_string()
            .contains("prices.unknown-field at nickname has no reason"),
        "{fault}"
    );
    let filled = written.replace("\"reason\": \"\"", "\"reason\": \"old clients need it\"");
    let read = Baseline::from_json(&filled).expect("a baseline");
    assert!(read.judge(&report(), true).is_good(), "{filled}");
    assert!(
        filled.contains("known") && !filled.contains("list.page"),
        "{filled}"
    );
    assert!(filled.contains("coupons.model"), "{filled}");
}

#[test]
fn text_that_is_no_baseline_is_refused() {
    for (text, why) in [
        ("{", "not a baseline"),
        (r#"{"version":2,"findings":[]}"#, "version 2"),
        (r#"{"version":1,"findings":[{"id":"a"}]}"#, "reason"),
        (
            r#"{"version":1,"findings":[{"id":"a","reason":" "}]}"#,
            "a has no reason",
        ),
        (r#"{"version":1,"findings":[],"find":[]}"#, "find"),
        (
            r#"{"version":1,"findings":[{"id":"a","reason":"b"},{"id":"a","reason":"c"}]}"#,
            "a stands twice",
        ),
    ] {
        let fault = Baseline::from_json(text).expect_err(text).to_string();
        assert!(fault.contains(why), "{fault}");
    }
}

#[test]
fn check_of_another_module_is_another_entry() {
    let mut report = report();
    report.modules.push(ModuleReport {
        module: crate::Module::Coupons,
        state: crate::State::Good,
        features: Vec::new(),
        items: 0,
        checks: vec![CheckReport {
            id: "coupons.model".to_owned(),
            outcome: Outcome::Passed,
            reason: None,
        }],
    });
    let judged = baseline(&[("coupons.model", "amount")]).judge(&report, false);
    assert_eq!(places(&judged.stale), ["coupons.model at amount"]);
}
