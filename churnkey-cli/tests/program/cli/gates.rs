//! Tests of the baseline, the locked manifest and the Markdown report of `churnkey verify`.

use std::fs;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::program::{RunOutput, verify};
use super::provider::{features, good, respond, serve};

/// A provider whose prices have a field of their own and no currency.
fn faulty() -> String {
    serve(|request| {
        let path = request.uri().path();
        let id = path.strip_prefix("/churnkey/prices")?;
        let price = json!({
            "id": "p", "type": "standalone", "name": "Plan",
            "duration": { "amount": 1, "unit": "month" },
            "amount": { "model": "fixed", "unit": 100 },
        });
        Some(match id {
            "" => respond(StatusCode::OK, &json!({ "data": [price] })),
            "/p" => respond(StatusCode::OK, &price),
            _ => respond(
                StatusCode::NOT_FOUND,
                &json!({ "code": 404, "message": "none" }),
            ),
        })
    })
}

fn only_prices(url: &str, arguments: &[&str]) -> RunOutput {
    verify(url, &[&["--only", "prices"], arguments].concat())
}

#[test]
fn baseline_accepts_known_findings_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.json");
    let path = file.to_str().unwrap();
    let faulty = faulty();
    assert_eq!(only_prices(&faulty, &[]).code, 1);

    let missing = only_prices(&faulty, &["--baseline", path]);
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.stderr.contains("--write-baseline"), "{missing:?}");
    let written = only_prices(&faulty, &["--baseline", path, "--write-baseline"]);
    assert_eq!(written.code, 0, "{written:?}");
    let blank = only_prices(&faulty, &["--baseline", path]);
    assert_eq!(blank.code, 2, "{blank:?}");
    assert!(blank.stderr.contains("has no reason"), "{blank:?}");

    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace(r#""reason": """#, r#""reason": "the old app shows it""#);
    fs::write(&file, &text).unwrap();
    let junit = folder.path().join("verify.xml");
    let known = only_prices(
        &faulty,
        &["--baseline", path, "--junit", junit.to_str().unwrap()],
    );
    assert_eq!(known.code, 0, "{known:?}");
    assert!(
        known.stdout.contains("the old app shows it"),
        "{}",
        known.stdout
    );
    let xml = fs::read_to_string(&junit).unwrap();
    assert!(
        xml.contains("failures=\"0\"") && xml.contains("name=\"baseline\""),
        "{xml}"
    );

    // Another fault is new.
    let mut less: Value = serde_json::from_str(&text).unwrap();
    less["findings"] = json!([]);
    fs::write(&file, less.to_string()).unwrap();
    let new = only_prices(&faulty, &["--baseline", path, "--json"]);
    assert_eq!(new.code, 1, "{new:?}");
    let report: Value = serde_json::from_str(&new.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["baseline"]["new"][0]["id"], "prices.model");

    // A fault that is gone is stale.
    fs::write(&file, &text).unwrap();
    let stale = only_prices(&good(), &["--baseline", path, "--quiet"]);
    assert_eq!(stale.code, 1, "{stale:?}");
    assert!(stale.stdout.contains("stale"), "{}", stale.stdout);
    let elsewhere = verify(&good(), &["--only", "auth", "--baseline", path]);
    assert_eq!(elsewhere.code, 0, "{elsewhere:?}");
}

#[test]
fn manifest_lock_fails_for_a_changed_feature() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("manifest.json");
    let lock = ["--manifest-lock", file.to_str().unwrap()];
    let with_coupons = serve(|request| {
        let mut manifest = features();
        manifest["controllers"]["coupons"] = json!(true);
        let path = request.uri().path();
        let is_list = path == "/churnkey/coupons";
        (path == "/churnkey/features")
            .then(|| respond(StatusCode::OK, &manifest))
            .or_else(|| is_list.then(|| respond(StatusCode::OK, &json!({ "data": [] }))))
    });
    let good = good();
    let created = only_prices(&good, &lock);
    assert_eq!(created.code, 0, "{created:?}");
    assert!(
        created.stdout.contains("Manifest lock: written"),
        "{}",
        created.stdout
    );
    let same = only_prices(&good, &lock);
    assert!(
        same.stdout.contains("Manifest lock: unchanged"),
        "{}",
        same.stdout
    );

    let added = only_prices(&with_coupons, &lock);
    assert_eq!(added.code, 1, "{added:?}");
    let line = "added controllers.coupons: Churnkey shows a choice of coupons.";
    assert!(added.stdout.contains(line), "{}", added.stdout);
    let updated = only_prices(&with_coupons, &[&lock[..], &["--update-lock"]].concat());
    assert_eq!(updated.code, 0, "{updated:?}");
    let junit = folder.path().join("verify.xml");
    let junit_option = ["--junit", junit.to_str().unwrap()];
    let dropped = only_prices(&good, &[&lock[..], &junit_option].concat());
    assert_eq!(dropped.code, 1, "{dropped:?}");
    let line = "dropped controllers.coupons: Churnkey hides a choice of coupons.";
    assert!(dropped.stdout.contains(line), "{}", dropped.stdout);
    let xml = fs::read_to_string(&junit).unwrap();
    assert!(xml.contains("dropped controllers.coupons"), "{xml}");
}

#[test]
fn markdown_has_the_verdict_and_the_gates() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("summary.md");
    let lock = folder.path().join("lock.json");
    let arguments = ["--markdown", file.to_str().unwrap()];
    let lock = ["--manifest-lock", lock.to_str().unwrap()];
    let run = only_prices(&faulty(), &[&arguments[..], &lock].concat());
    assert_eq!(run.code, 1, "{run:?}");
    let page = fs::read_to_string(&file).unwrap();
    for part in [
        "❌ faulty",
        "| prices | ❌ faulty |",
        "#### error: prices.model",
        "Manifest lock",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn gate_that_cannot_be_used_is_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "{}").unwrap();
    let path = file.to_str().unwrap();
    for arguments in [
        &["--baseline", path][..],
        &["--manifest-lock", path],
        &["--write-baseline"],
        &["--update-lock"],
        &["--markdown", "/no/such/folder/summary.md"],
    ] {
        let run = verify("http://127.0.0.1:1", arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {run:?}");
    }
}
