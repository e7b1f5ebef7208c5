//! Tests of `churnkey replay` with recordings of the recorder and of a scripted caller.

use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use reqwest::Method;
use serde_json::{Value, json};

use super::program::{RunOutput, churnkey, run};
use super::provider::{TOKEN, good, respond, serve};
use super::record::{Proxy, lenient, send_second_readings};

fn replay(file: &Path, url: &str, arguments: &[&str]) -> RunOutput {
    run(churnkey().arg("replay").arg(file).arg(url).args(arguments))
}

/// Reads a provider as Churnkey does, through a proxy that records.
fn reads(file: &Path, arguments: &[&str]) {
    let proxy = Proxy::start(&good(), file, arguments);
    let bearer = format!("Bearer {TOKEN}");
    let get = |target: &str| proxy.send(Method::GET, target, &bearer, "test", "");
    get("/churnkey/features");
    get("/churnkey/prices?limit=10");
    get("/churnkey/prices?limit=10&cursor=10");
    for customer in ["customer-1", "customer-2"] {
        get(&format!("/churnkey/customers/{customer}"));
        get(&format!("/churnkey/customers/{customer}/subscriptions"));
        get(&format!(
            "/churnkey/customers/{customer}/subscriptions/{customer}-subscription-2"
        ));
    }
    get("/churnkey/customers/unknown");
    get("/churnkey/customers/email/person2%40example.com");
    get("/churnkey/prices?limit=0");
    proxy.send(Method::GET, "/churnkey/prices", "wrong", "test", "");
    proxy.stop();
}

fn without_token(output: &RunOutput) {
    assert!(!format!("{output:?}").contains(TOKEN), "{output:?}");
}

#[test]
fn reads_are_replayed_with_ids_of_the_provider() {
    let folder = tempfile::tempdir().unwrap();
    for full in [&[][..], &["--full"]] {
        let file = folder.path().join(format!("calls{}", full.len()));
        reads(&file, full);
        let xml = folder.path().join("replay.xml");
        let output = replay(&file, &good(), &["--junit", xml.to_str().unwrap()]);
        assert_eq!(output.code, 0, "{output:?}");
        let summary = "0 differences: 13 compared, 0 not compared";
        assert!(output.stdout.contains(summary), "{}", output.stdout);
        without_token(&output);
        let xml = std::fs::read_to_string(xml).unwrap();
        assert!(xml.contains("churnkey.replay.subscriptions"), "{xml}");
        let by_customer = replay(&file, &good(), &["--by", "customer", "--quiet"]);
        assert_eq!((by_customer.code, by_customer.stdout.as_str()), (0, ""));
    }
}

/// A provider with another response to the retrieve of a price or of a customer.
fn changed(change: fn(&mut Value)) -> String {
    serve(move |request| {
        let id = request.uri().path().strip_prefix("/churnkey/customers/")?;
        if id.contains('/') || !id.starts_with("customer-") {
            return None;
        }
        let mut customer = json!({
            "id": id, "name": id.replace("customer-", "Person "),
            "email": id.replace("customer-", "person") + "@example.com",
            "phone": id.replace("customer-", "+4930123456"),
        });
        change(&mut customer);
        Some(respond(StatusCode::OK, &customer))
    })
}

#[test]
fn changed_status_and_shape_are_differences() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls");
    reads(&file, &[]);
    let output = replay(
        &file,
        &changed(|customer| customer["phone"] = json!(49)),
        &["--json"],
    );
    assert_eq!(output.code, 1, "{output:?}");
    assert!(
        output.stdout.contains("\"path\": \"phone\""),
        "{}",
        output.stdout
    );

    let new = changed(|customer| customer["nickname"] = json!("x"));
    let output = replay(&file, &new, &[]);
    assert_eq!(output.code, 0, "{output:?}");
    assert!(
        output.stdout.contains("warning  customers: nickname"),
        "{}",
        output.stdout
    );
    assert_eq!(replay(&file, &new, &["--strict"]).code, 1);

    let failing = serve(|request| {
        let is_features = request.uri().path().ends_with("/features");
        (!is_features && request.uri().path().contains("subscription"))
            .then(|| respond(StatusCode::INTERNAL_SERVER_ERROR, &json!({})))
    });
    let output = replay(&file, &failing, &[]);
    assert_eq!(output.code, 1, "{output:?}");
}

#[test]
fn values_of_a_full_recording_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let [reduced, full] = ["reduced", "full"].map(|name| folder.path().join(name));
    reads(&reduced, &[]);
    reads(&full, &["--full"]);
    let other = changed(|customer| customer["name"] = json!("Other"));
    assert_eq!(replay(&reduced, &other, &[]).code, 0);
    let output = replay(&full, &other, &[]);
    assert_eq!(output.code, 1, "{output:?}");
    let line = "customers: name\n    old    \"Person 1\"\n    new    \"Other\"";
    assert!(output.stdout.contains(line), "{}", output.stdout);
    let live = replay(&full, &good(), &["--mode", "live"]);
    assert!(
        live.stdout.contains("it was recorded in test mode"),
        "{}",
        live.stdout
    );
}

type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// A lenient provider with two customers that keeps the spelling of each call.
fn spelled(seen: &Seen) -> String {
    let seen = Arc::clone(seen);
    serve(move |request: &Request| -> Option<Response> {
        let header = |name: &str| {
            let value = request.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap()).to_owned()
        };
        let path = request.uri().path().to_owned();
        let spelling = [
            header("authorization").replace(TOKEN, "T"),
            header("x-churnkey-mode"),
        ];
        seen.lock()
            .unwrap()
            .push((path.clone(), spelling.join(" ")));
        let is_known = header("authorization").ends_with(TOKEN);
        if path.ends_with("/features") {
            return None;
        }
        let lists = [
            "/churnkey/customers",
            "/churnkey/coupons",
            "/churnkey/prices",
        ];
        let page = json!({ "data": [{ "id": "one", "email": "a@b.test" }, { "id": "two" }] });
        let is_list = lists.contains(&path.as_str()) || path.ends_with("/subscriptions");
        Some(match is_known {
            true if is_list && !path.ends_with("prices") => respond(StatusCode::OK, &page),
            true => respond(StatusCode::OK, &json!({ "email": "zq@example.test" })),
            false => respond(StatusCode::UNAUTHORIZED, &json!({})),
        })
    })
}

#[test]
fn second_readings_are_replayed_as_they_were_spelled() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls");
    let proxy = Proxy::start(&lenient(), &file, &[]);
    send_second_readings(&proxy);
    proxy.stop();
    let seen = Seen::default();
    let url = spelled(&seen);
    let reading = replay(&file, &url, &[]);
    assert!(
        reading.stdout.contains("actions change data"),
        "{}",
        reading.stdout
    );
    assert!(
        seen.lock()
            .unwrap()
            .iter()
            .all(|(path, _)| !path.contains("/actions/"))
    );

    let acting = replay(&file, &url, &["--actions"]);
    assert!(
        acting.stdout.contains("they changed test data"),
        "{}",
        acting.stdout
    );
    let seen = seen.lock().unwrap();
    let actions = seen.iter().filter(|(path, _)| path.contains("/actions/"));
    let actions: Vec<_> = actions.collect();
    assert!(actions.len() >= 8, "{actions:?}\n{}", acting.stdout);
    for (path, spelling) in actions {
        assert_eq!(spelling, "T TEST", "{path}");
    }
    without_token(&acting);
}

#[test]
fn actions_have_the_guard_of_verify() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls");
    std::fs::write(&file, "{\"churnkeyRecording\":1}\n").unwrap();
    let live = replay(
        &file,
        "http://127.0.0.1:1",
        &["--actions", "--mode", "live"],
    );
    assert_eq!(live.code, 2, "{live:?}");
    assert!(live.stderr.contains("test mode only"), "{live:?}");
    let empty = replay(&file, "http://127.0.0.1:1", &[]);
    assert!(empty.stderr.contains("has no calls"), "{empty:?}");
    reads(&file, &[]);
    let unreachable = replay(&file, "http://127.0.0.1:1", &[]);
    assert_eq!(unreachable.code, 2, "{unreachable:?}");
}

#[test]
fn last_line_that_was_cut_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls");
    reads(&file, &[]);
    let mut text = std::fs::read_to_string(&file).unwrap();
    text.push_str("{\"method\":\"GE");
    std::fs::write(&file, text).unwrap();
    let output = replay(&file, &good(), &[]);
    assert_eq!(output.code, 0, "{output:?}");
}
