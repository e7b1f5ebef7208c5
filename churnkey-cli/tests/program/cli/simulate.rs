//! Tests of `churnkey simulate` with a provider whose data never changes.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::program::{RunOutput, churnkey, run};
use super::provider::{good, respond, serve};

fn simulate(url: &str, arguments: &[&str]) -> RunOutput {
    run(churnkey().args(["simulate", url]).args(arguments))
}

/// A provider that accepts every action and does nothing.
fn idle() -> String {
    let both = json!({ "immediate": true, "end-of-period": true });
    let features = json!({
        "controllers": { "customers": true, "prices": true, "subscriptions": true },
        "actions": {
            "cancel": { "schedules": both },
            "pause": { "enabled": true, "startDates": { "immediate": true },
                       "durations": { "period": true }, "allowAnnual": true },
        },
    });
    serve(move |request| {
        if request.uri().path() == "/churnkey/features" {
            return Some(respond(StatusCode::OK, &features));
        }
        if request.method() == Method::POST {
            return Some(respond(StatusCode::OK, &Value::Null));
        }
        let (_, path) = request.uri().path().split_once("/customers/")?;
        let (customer, rest) = path.split_once("/subscriptions")?;
        let subscription = subscription(customer);
        Some(respond(
            StatusCode::OK,
            &match rest {
                "" => json!({ "data": [subscription] }),
                _ => subscription,
            },
        ))
    })
}

/// An active subscription whose period does not end in the time of any test.
fn subscription(customer: &str) -> Value {
    let period = json!({ "start": "2020-01-01T00:00:00.000Z", "end": "2999-01-01T00:00:00.000Z" });
    let cycle = json!({ "amount": 1, "unit": "month" });
    let amount = json!({ "model": "fixed", "currency": "USD", "unit": 1900 });
    let price = json!({ "id": "desk", "type": "standalone", "duration": cycle, "amount": amount });
    json!({
        "id": format!("subscription-of-{customer}"),
        "customerId": customer,
        "status": { "name": "active", "currentPeriod": period },
        "start": "2020-01-01T00:00:00.000Z",
        "duration": cycle,
        "items": [{ "id": "item", "price": price, "quantity": 1 }],
    })
}

#[test]
fn action_without_effect_is_a_difference() {
    let arguments = ["--seed", "3", "--sequences", "5", "--customers", "1"];
    let output = simulate(&idle(), &arguments);

    assert_eq!(output.code, 1, "{output:?}");
    for part in [
        "sequence",
        "shrunk from",
        "expected",
        "curl -i",
        "#[tokio::test]",
        "seed 3",
    ] {
        assert!(output.stdout.contains(part), "{part}: {}", output.stdout);
    }
}

#[test]
fn reading_without_steps_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simulated.xml");
    let junit = file.to_str().unwrap();
    let arguments = [
        "--steps",
        "0",
        "--sequences",
        "1",
        "--customers",
        "1",
        "--seed",
        "9",
    ];
    let output = simulate(
        &idle(),
        &[&arguments[..], &["--json", "--junit", junit]].concat(),
    );

    assert_eq!(output.code, 0, "{output:?}");
    let result: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(result["seed"], 9);
    assert_eq!(result["sequences"], 1);
    assert_eq!(result["failure"], Value::Null);
    let xml = std::fs::read_to_string(file).unwrap();
    assert!(
        xml.contains("seed 9") && xml.contains("churnkey.simulate"),
        "{xml}"
    );
}

#[test]
fn json_of_a_difference_can_be_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--seed",
        "3",
        "--sequences",
        "5",
        "--customers",
        "1",
        "--json",
    ];
    let output = simulate(&idle(), &arguments);
    let result: Value = serde_json::from_str(&output.stdout).unwrap();
    let sequence = folder.path().join("sequence.json");
    std::fs::write(&sequence, result["failure"]["sequence"].as_str().unwrap()).unwrap();

    let again = simulate(&idle(), &["--replay", sequence.to_str().unwrap()]);

    assert_eq!(again.code, 1, "{again:?}");
}

#[test]
fn page_shows_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("sequence.html");
    let html = page.to_str().unwrap();
    let good = simulate(
        &idle(),
        &["--steps", "0", "--sequences", "1", "--html", html],
    );
    assert_eq!((good.code, page.exists()), (0, false), "{good:?}");

    let output = simulate(
        &idle(),
        &["--seed", "3", "--customers", "1", "--html", html],
    );

    assert_eq!(output.code, 1, "{output:?}");
    let page = std::fs::read_to_string(page).unwrap();
    for part in [
        "<!doctype html>",
        "<svg",
        "Model",
        "Provider",
        "differs",
        "curl -i",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn wrong_arguments_are_exit_code_2() {
    let missing = simulate(&good(), &["--replay", "/no/such/file"]);
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.stderr.contains("cannot read"), "{}", missing.stderr);
    let unreachable = simulate("http://127.0.0.1:1", &[]);
    assert_eq!(unreachable.code, 2, "{unreachable:?}");
    assert!(
        unreachable.stderr.starts_with("error: "),
        "{}",
        unreachable.stderr
    );
}
