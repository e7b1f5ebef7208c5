//! Tests of the output of a run, and of its exit code.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::program::{RunOutput, churnkey, run, verify};
use super::provider::{error, good, has_token, respond, serve};

/// A provider whose prices have an invalid currency.
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

/// A provider whose responses would harm a terminal if they were not escaped.
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
fn good_provider_is_exit_code_0() {
    let run = verify(&good(), &["--strict"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stderr, "");
    assert!(!run.stdout.contains("Findings"), "{}", run.stdout);
    for line in [
        "✓ manifest",
        "✓ auth",
        "✓ customers",
        "✓ prices",
        "✓ subscriptions",
    ] {
        assert!(run.stdout.contains(line), "{}", run.stdout);
    }
    assert!(run.stdout.contains("test data"), "{}", run.stdout);
}

#[test]
fn faulty_provider_is_exit_code_1_with_the_place() {
    let run = verify(&faulty(), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    for part in [
        "✗ prices",
        "prices.model",
        "amount.currency",
        "curl -i",
        "$CK_INTEGRATION_TOKEN",
    ] {
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
    }
}

#[test]
fn report_names_live_data() {
    let run = verify(&good(), &["--mode", "live"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("LIVE data"), "{}", run.stdout);
}

#[test]
fn json_output_matches_the_schema() {
    let schema = schema();
    for (url, code) in [(good(), 0), (faulty(), 1), (hostile(), 1)] {
        let run = verify(&url, &["--json"]);
        assert_eq!(run.code, code, "{run:?}");
        assert_eq!(run.stderr, "");
        assert!(!has_controls(&run.stdout));
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let faults: Vec<_> = schema
            .iter_errors(&report)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!(report["findings"] == json!([]), code == 0);
    }
}

#[test]
fn junit_file_has_a_suite_for_each_module() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("churnkey.xml");
    fs::write(&path, "an older report").unwrap();
    for (url, code) in [(good(), 0), (faulty(), 1), (hostile(), 1)] {
        let run = verify(&url, &["--junit", path.to_str().unwrap()]);
        assert_eq!(run.code, code, "{run:?}");
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
fn provider_cannot_control_the_terminal() {
    let run = verify(&hostile(), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("500 Internal Server Error"),
        "{}",
        run.stdout
    );
    assert!(!has_controls(&run.stdout), "{:?}", run.stdout);
    let run = verify(&hostile(), &["--color", "always"]);
    // Only the colors of the program remain.
    assert!(run.stdout.contains("\u{1b}["), "{}", run.stdout);
    assert!(!run.stdout.contains("\u{1b}[2J"), "{:?}", run.stdout);
    assert!(!run.stdout.contains("\u{1b}]"), "{:?}", run.stdout);
}

#[test]
fn many_unknown_fields_give_a_short_report() {
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
    let run = verify(&url, &["--json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let unknown = |finding: &&Value| finding["id"] == "prices.extra-field";
    let places = findings.iter().filter(unknown).count();
    assert!((2..100).contains(&places), "{places}");
    let counts = findings
        .iter()
        .filter(unknown)
        .map(|finding| finding["count"].as_u64().unwrap());
    assert!(counts.sum::<u64>() >= 5000, "not all fields are counted");
}

#[test]
fn pipe_gets_colors_only_with_the_option() {
    let url = faulty();
    for arguments in [&[][..], &["--color", "auto"], &["--color", "never"]] {
        let run = verify(&url, arguments);
        assert!(!run.stdout.contains('\u{1b}'), "{arguments:?}");
    }
    let run = verify(&url, &["--color", "always"]);
    assert!(run.stdout.contains('\u{1b}'), "{run:?}");
}

#[test]
fn quiet_prints_only_faults() {
    let run = verify(&good(), &["--quiet"]);
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (0, "", ""));
    let run = verify(&faulty(), &["--quiet"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("Findings"), "{}", run.stdout);
}

#[test]
fn only_one_module_is_verified_on_request() {
    let run = verify(&faulty(), &["--only", "customers"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("customers"), "{}", run.stdout);
    assert!(!run.stdout.contains("prices"), "{}", run.stdout);
}

#[test]
fn closed_pipe_is_not_an_error() {
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
fn report_names_an_exceeded_limit() {
    let run = verify(&good(), &["--max-requests", "5", "--json"]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["complete"], false);
    assert_eq!(report["requests"], 5);
    let run = verify(&good(), &["--max-requests", "5"]);
    assert!(run.stdout.contains("incomplete"), "{}", run.stdout);
}

#[test]
fn token_file_overrides_the_environment() {
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
    let run = run(&mut command);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn named_customers_replace_a_missing_list() {
    let url = serve(|request| {
        let path = request.uri().path();
        let is_list = path == "/churnkey/customers" || path.ends_with("/subscriptions");
        (is_list && has_token(request))
            .then(|| error(StatusCode::NOT_FOUND, "there is no such path"))
    });
    let unnamed = verify(&url, &["--json"]);
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
    let outcome = |run: &RunOutput, id: &str| {
        let report: Value = serde_json::from_str(&run.stdout).unwrap();
        let modules = report["modules"].as_array().unwrap();
        let mut checks = modules
            .iter()
            .flat_map(|module| module["checks"].as_array().unwrap());
        checks.find(|check| check["id"] == id).unwrap()["outcome"].clone()
    };
    for (run, expected) in [(&unnamed, "skipped"), (&named, "passed")] {
        assert_eq!(run.code, 0, "{run:?}");
        for id in [
            "customers.model",
            "subscriptions.model",
            "subscriptions.other-customer",
        ] {
            assert_eq!(outcome(run, id), expected, "{id}");
        }
    }
}
