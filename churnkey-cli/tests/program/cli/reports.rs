//! What a run writes, and its exit code.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::program::{Ran, churnkey, ran, verify};
use super::provider::{error, good, has_token, respond, serve};

/// A provider whose prices have a currency that does not exist.
fn faulty() -> String {
    serve(|request| {
        (request.uri().path() == "/churnkey/prices").then(|| {
            let price = json!({
                "id": "price-1",
                "type": "standalone",
                "name": "Plan",
                "duration": { "amount": 1, "unit": "month" },
                "amount": { "model": "fixed", "currency": "dollars", "unit": 100 },
            });
            respond(StatusCode::OK, &json!({ "data": [price] }))
        })
    })
}

/// A provider that answers with what harms those who show it as it is.
fn hostile() -> String {
    serve(|_| {
        let message = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m</testcase></testsuite>\r\n<script>\u{202e}]]>\u{ffff}";
        Some(error(StatusCode::INTERNAL_SERVER_ERROR, message))
    })
}

fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/verify-report.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn has_controls(text: &str) -> bool {
    text.chars().any(|char| char.is_control() && char != '\n')
}

#[test]
fn a_good_provider_is_0_and_every_module_is_named() {
    let ran = verify(&good(), &["--strict"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stderr, "");
    assert!(!ran.stdout.contains("What is wrong"), "{}", ran.stdout);
    for line in [
        "✓ manifest",
        "✓ auth",
        "✓ customers",
        "✓ prices",
        "✓ subscriptions",
    ] {
        assert!(ran.stdout.contains(line), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("test data"), "{}", ran.stdout);
}

#[test]
fn a_faulty_provider_is_1_and_the_fault_is_told_with_its_place() {
    let ran = verify(&faulty(), &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for part in [
        "✗ prices",
        "prices.model",
        "amount.currency",
        "curl -i",
        "$CK_INTEGRATION_TOKEN",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
}

#[test]
fn live_data_are_named_as_such() {
    let ran = verify(&good(), &["--mode", "live"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("LIVE data"), "{}", ran.stdout);
}

#[test]
fn json_is_all_of_standard_output_and_fits_the_schema() {
    let schema = schema();
    for (url, code) in [(good(), 0), (faulty(), 1), (hostile(), 1)] {
        let ran = verify(&url, &["--json"]);
        assert_eq!(ran.code, code, "{ran:?}");
        assert_eq!(ran.stderr, "");
        assert!(!has_controls(&ran.stdout));
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let faults: Vec<_> = schema
            .iter_errors(&report)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(report["findings"] == json!([]), code == 0);
    }
}

#[test]
fn junit_has_a_suite_for_each_module_and_replaces_an_older_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("churnkey.xml");
    fs::write(&path, "an older report").unwrap();
    for (url, code) in [(good(), 0), (faulty(), 1), (hostile(), 1)] {
        let ran = verify(&url, &["--junit", path.to_str().unwrap()]);
        assert_eq!(ran.code, code, "{ran:?}");
        let xml = fs::read_to_string(&path).unwrap();
        assert!(!has_controls(&xml), "{xml}");
        let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        assert_eq!(report.failures == 0, code == 0);
        let suite = |name| {
            report
                .test_suites
                .iter()
                .any(|suite| suite.name.as_str() == name)
        };
        assert!(suite("manifest"), "{xml}");
        assert!(suite("prices") || code != 0, "{xml}");
    }
    let files: Vec<_> = fs::read_dir(&folder).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn nothing_that_a_provider_says_reaches_the_terminal_as_a_command() {
    let ran = verify(&hostile(), &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stdout.contains("500 Internal Server Error"),
        "{}",
        ran.stdout
    );
    assert!(!has_controls(&ran.stdout), "{:?}", ran.stdout);
    let ran = verify(&hostile(), &["--color", "always"]);
    // All that is left are the colours of the program itself.
    assert!(ran.stdout.contains("\u{1b}["), "{}", ran.stdout);
    assert!(!ran.stdout.contains("\u{1b}[2J"), "{:?}", ran.stdout);
    assert!(!ran.stdout.contains("\u{1b}]"), "{:?}", ran.stdout);
}

#[test]
fn a_provider_that_makes_up_names_does_not_make_the_report_endless() {
    let url = serve(|request| {
        (request.uri().path() == "/churnkey/prices").then(|| {
            let mut price = json!({
                "id": "price-1",
                "type": "standalone",
                "name": "Plan 1",
                "duration": { "amount": 1, "unit": "month" },
                "amount": { "model": "fixed", "currency": "USD", "unit": 100 },
            });
            for number in 0..5000 {
                price[format!("\u{1b}[31mfield-{number}")] = json!(1);
            }
            respond(StatusCode::OK, &json!({ "data": [price] }))
        })
    });
    let ran = verify(&url, &["--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let unknown = |finding: &&Value| finding["id"] == "prices.unknown-field";
    let places = findings.iter().filter(unknown).count();
    assert!((2..100).contains(&places), "{places}");
    let seen = findings
        .iter()
        .filter(unknown)
        .map(|finding| finding["count"].as_u64().unwrap());
    assert!(seen.sum::<u64>() >= 5000, "all of them are counted");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let url = faulty();
    for arguments in [&[][..], &["--color", "auto"], &["--color", "never"]] {
        let ran = verify(&url, arguments);
        assert!(!ran.stdout.contains('\u{1b}'), "{arguments:?}");
    }
    let ran = verify(&url, &["--color", "always"]);
    assert!(ran.stdout.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn quiet_prints_what_is_wrong_and_nothing_else() {
    let ran = verify(&good(), &["--quiet"]);
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, "", ""));
    let ran = verify(&faulty(), &["--quiet"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("What is wrong"), "{}", ran.stdout);
}

#[test]
fn one_module_can_be_looked_at_alone() {
    let ran = verify(&faulty(), &["--only", "customers"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("customers"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("prices"), "{}", ran.stdout);
}

#[test]
fn whoever_reads_no_further_does_no_harm() {
    let url = good();
    let mut command = churnkey();
    command
        .args(["verify", &url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn the_limits_of_a_run_are_told() {
    let ran = verify(&good(), &["--max-requests", "5", "--json"]);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["complete"], false);
    assert_eq!(report["requests"], 5);
    let ran = verify(&good(), &["--max-requests", "5"]);
    assert!(ran.stdout.contains("incomplete"), "{}", ran.stdout);
}

#[test]
fn a_token_can_come_from_a_file_even_if_there_is_another_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let text = format!(
        "{}\nolder until 2026-12-01T00:00:00Z\n",
        super::provider::TOKEN
    );
    fs::write(&path, text).unwrap();
    let mut command = churnkey();
    command.env("CK_INTEGRATION_TOKEN", "another");
    command.args(["verify", &good(), "--token-file"]).arg(&path);
    let ran = ran(&mut command);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn a_provider_that_lists_no_customers_is_looked_at_by_those_that_are_named() {
    let url = serve(|request| {
        let path = request.uri().path();
        let is_list = path == "/churnkey/customers" || path.ends_with("/subscriptions");
        (is_list && has_token(request))
            .then(|| error(StatusCode::NOT_FOUND, "there is no such path"))
    });
    let nobody = verify(&url, &["--json"]);
    let named = verify(
        &url,
        &[
            "--json",
            "--customer",
            "customer-1",
            "--customer",
            "customer-2",
            "--subscription",
            "customer-1",
            "customer-1-subscription-1",
            "--subscription",
            "customer-2",
            "customer-2-subscription-2",
        ],
    );
    let outcome = |ran: &Ran, id: &str| {
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        let modules = report["modules"].as_array().unwrap();
        let mut checks = modules
            .iter()
            .flat_map(|module| module["checks"].as_array().unwrap());
        checks.find(|check| check["id"] == id).unwrap()["outcome"].clone()
    };
    for (ran, expected) in [(&nobody, "skipped"), (&named, "passed")] {
        assert_eq!(ran.code, 0, "{ran:?}");
        for id in [
            "customers.model",
            "subscriptions.model",
            "subscriptions.other-customer",
        ] {
            assert_eq!(outcome(ran, id), expected, "{id}");
        }
    }
}
