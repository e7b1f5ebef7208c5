//! Tests of `churnkey record` and `churnkey assumed`: a caller that uses another reading of each
//! assumption, and the report on its calls.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use axum::http::StatusCode;
use churnkey_protocol::assumption::assumptions;
use churnkey_verify::internal::upstream;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::program::{RunOutput, churnkey, run};
use super::provider::{TOKEN, good, respond, serve};

const SENTINELS: [&str; 5] = [
    "Zq-customer",
    "Zq-coupon",
    "Zq-name",
    "zq@example.test",
    "Zq-query",
];

/// A proxy that records, and the calls sent to it.
pub(crate) struct Proxy {
    child: Child,
    url: String,
}

impl Proxy {
    pub(crate) fn start(to: &str, out: &Path, arguments: &[&str]) -> Self {
        let mut command = churnkey();
        command.args(["record", "--listen", "127.0.0.1:0", "--to", to, "--out"]);
        command.arg(out).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.split_whitespace().nth(1).unwrap().to_owned();
        Self { child, url }
    }

    /// Sends a request and returns its status.
    pub(crate) fn send(
        &self,
        method: Method,
        target: &str,
        token: &str,
        mode: &str,
        body: &str,
    ) -> u16 {
        // The client of the program, which has a TLS provider.
        let (root, client) = upstream(&self.url).unwrap();
        let url = format!("{root}{target}");
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let request = client.request(method, url);
            let request = request
                .header("Authorization", token)
                .header("X-Churnkey-Mode", mode);
            let request = request
                .header("Content-Type", "text/plain")
                .body(body.to_owned());
            request.send().await.unwrap().status().as_u16()
        })
    }

    /// Sends an action.
    fn act(&self, action: &str, body: &Value) {
        let target = format!("/churnkey/actions/{action}");
        self.send(Method::POST, &target, TOKEN, "TEST", &body.to_string());
    }

    pub(crate) fn stop(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

/// A provider that takes the bare token and accepts every body.
pub(crate) fn lenient() -> String {
    serve(|request| {
        let is_authorized = request.headers().values().any(|value| value == TOKEN);
        let status = match is_authorized {
            true => StatusCode::OK,
            false => StatusCode::UNAUTHORIZED,
        };
        Some(respond(status, &json!({ "email": "zq@example.test" })))
    })
}

fn assumed(arguments: &[&str], file: &Path) -> RunOutput {
    run(churnkey().arg("assumed").arg(file).args(arguments))
}

/// Sends another reading of every assumption that a request can show.
pub(crate) fn send_second_readings(proxy: &Proxy) {
    let [customer, coupon, name, email, query] = SENTINELS;
    let id = json!({ "customer_id": customer, "note": name });
    proxy.send(
        Method::GET,
        &format!("/churnkey/customers/{customer}%2F1?q={query}"),
        TOKEN,
        "Test",
        "",
    );
    proxy.send(
        Method::GET,
        &format!("/churnkey/customers/email/{email}"),
        TOKEN,
        "TEST",
        "",
    );
    proxy.send(
        Method::GET,
        "/churnkey/prices?limit=1000",
        TOKEN,
        "TEST",
        "",
    );
    proxy.act("subscription/cancel", &id);
    proxy.act("customer/cancel", &json!({ "unpause": "true" }));
    for duration in [
        json!({ "period": { "months": 2 } }),
        json!({ "kind": "date", "until": "2026-09-01" }),
    ] {
        let body = json!({ "customer_id": customer, "duration": duration, "allowAnnual": "false" });
        proxy.act("subscription/pause", &body);
    }
    proxy.act("customer/pause", &json!({ "length": 2 }));
    proxy.act("subscription/apply-coupon", &json!({ "couponId": coupon }));
    proxy.act("subscription/change-price", &json!({ "priceId": coupon }));
    proxy.act("subscription/extend-trial", &json!({ "days": 7 }));
    proxy.act("subscription/extend-trial", &json!({ "days": 7 }));
    // Not the provider's caller: it has no token.
    proxy.send(Method::POST, "/churnkey/nothing", "Zq-query", "live", "{}");
}

#[test]
fn second_reading_of_every_assumption_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls.ndjson");
    let proxy = Proxy::start(&lenient(), &file, &[]);
    send_second_readings(&proxy);
    proxy.stop();

    let text = std::fs::read_to_string(&file).unwrap();
    for sentinel in SENTINELS.into_iter().chain([TOKEN]) {
        assert!(!text.contains(sentinel), "{sentinel} in {text}");
    }
    let report = assumed(&["--json"], &file);
    assert_eq!(report.code, 1, "{report:?}");
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let facts = report["facts"].as_array().unwrap();
    assert_eq!(facts.len(), assumptions().count());
    let of = |name: &str| facts.iter().find(|fact| fact["name"] == name).unwrap();
    for (name, verdict) in [
        ("cancel.customerId", "contradicted"),
        ("cancel.scheduledAt", "contradicted"),
        ("pause.startAt", "contradicted"),
        ("pause.duration", "confirmed"),
        ("pause_all.duration", "contradicted"),
        ("apply_coupon.id", "contradicted"),
        ("change_price.id", "contradicted"),
        ("extend_trial.duration", "contradicted"),
        ("manifest.apply_coupon", "confirmed"),
        ("cancel_all.unpause.name", "confirmed"),
        ("bare-token", "confirmed"),
        ("mode-letter-case", "contradicted"),
        ("limit", "confirmed"),
        ("encoded-ids", "confirmed"),
        ("repetition", "confirmed"),
        ("content-type", "confirmed"),
        ("booleans", "contradicted"),
        ("absent-schedule", "contradicted"),
        ("duration.type", "contradicted"),
        ("duration.amount", "contradicted"),
        ("duration.date", "contradicted"),
        ("unknown-path", "confirmed"),
        ("percent-scale", "not seen"),
    ] {
        assert_eq!(of(name)["verdict"], verdict, "{:#}", of(name));
    }
    let seen = &of("duration.amount")["seen"];
    assert_eq!(*seen, json!(["duration.period", "duration.period.months"]));
    assert_eq!(of("apply_coupon.id")["seen"], json!(["couponId"]));
    let people = assumed(&[], &file);
    assert_eq!(people.code, 1);
    for words in [
        "contradicted  apply_coupon.id  by 1 call, which has couponId",
        "not seen",
    ] {
        assert!(people.stdout.contains(words), "{}", people.stdout);
    }
}

#[test]
fn full_recording_keeps_values_and_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls.ndjson");
    let proxy = Proxy::start(&lenient(), &file, &["--full"]);
    send_second_readings(&proxy);
    proxy.stop();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().next().unwrap().contains(r#""full":true"#));
    assert!(text.contains("Zq-customer"), "{text}");
    assert!(!text.contains(TOKEN), "{text}");
}

#[test]
fn recording_of_the_first_reading_has_no_contradiction() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls.ndjson");
    let proxy = Proxy::start(&good(), &file, &[]);
    let status = run(churnkey().args(["verify", &proxy.url])).code;
    assert_eq!(status, 0);
    proxy.stop();
    let report = assumed(&[], &file);
    // The verifier tests the letter case of the scheme, and words that are no mode.
    assert!(report.stdout.contains("mode-letter-case"), "{report:?}");
    assert!(
        report
            .stdout
            .contains("by 1 call, which has the mode `other`"),
        "{report:?}"
    );
}

#[test]
fn file_that_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calls.ndjson");
    for (text, why) in [
        ("", ""),
        ("{}", "line 1 is not the first line of a recording"),
        ("not JSON", "line 1 is not JSON"),
        (
            r#"{"churnkeyRecording":2}"#,
            "line 1 is of another version of this program",
        ),
        (
            "{\"churnkeyRecording\":1}\n{}",
            "line 2 is not a recorded call",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let report = assumed(&[], &file);
        assert_eq!(
            report.code,
            if why.is_empty() { 0 } else { 2 },
            "{report:?}"
        );
        assert!(report.stderr.contains(why), "{report:?}");
    }
    let missing = run(churnkey().args(["assumed", "no-such-file"]));
    assert_eq!(missing.code, 2, "{missing:?}");
}
