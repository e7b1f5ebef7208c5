//! No secret occurs in a log or an error.
//!
//! A provider has sentinels in every place that can hold a secret or personal data, and its
//! functions log all their data. The tests send every request and cause every failure, with more
//! sentinels in every part of the requests, while all crates log at TRACE. No sentinel may occur in
//! the log, in standard output, in standard error (which receives panics), or in a response. The
//! only exception is the response of a successful read, which contains the data.

mod process;
mod provider;
mod requests;
mod sentinels;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use process::{Logger, events};
use sentinels::{API_KEY, CAUSE, PRICE_ID, anything_in, dumps, secrets_in};
use test_support::{Ended, Peer, Request};

/// Causes a connection failure, a rejection that repeats the key, and a success.
const API_ANSWERS: &[&str] = &[
    "",
    "HTTP/1.1 401 Unauthorized\r\nX-Key: Zq02ApiKey\r\nContent-Length: 10\r\nConnection: close\r\n\r\nZq02ApiKey",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
];

/// Targets of third-party crates that log a secret, with the reason for the exception. They reach
/// only loggers of the `log` crate, because the runtime hides them from subscribers of `tracing`.
const THIRD_PARTIES: [(&str, &str); 1] = [(
    "ureq_proto::util",
    "dumps the requests of the TLS client, including the API key, and cannot be switched off",
)];

/// Returns the status and the whole response, from the status line to the last byte of the body.
fn send(request: &Request, address: SocketAddr) -> (u16, String) {
    let mut peer = Peer::open(address);
    peer.send(request.bytes());
    let answer = String::from_utf8_lossy(&peer.rest()).into_owned();
    let status = answer
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.unwrap_or_else(|| panic!("{request} is answered with `{answer}`"));
    (status, answer)
}

/// Sends bytes that may be no request, closes the writing side, and returns the response.
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut peer = Peer::open(address);
    peer.send(bytes);
    peer.shut_down_writing();
    String::from_utf8_lossy(&peer.rest()).into_owned()
}

/// Sends all requests, checks the responses, and returns a cursor of the provider.
fn send_all_requests(address: SocketAddr) -> String {
    let page = send(
        &requests::with_token("GET", "/churnkey/customers?limit=1"),
        address,
    )
    .1;
    let cursor = page
        .split_once("\"next\":\"")
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or_else(|| panic!("no cursor in {page}"));

    for (request, statuses) in requests::reads(cursor) {
        let (status, answer) = send(&request, address);
        assert!(
            statuses.contains(&status),
            "{request}\nis answered with\n{answer}"
        );
        if status == 200 {
            assert!(
                !anything_in(&answer).is_empty(),
                "{request}\nreads\n{answer}"
            );
        } else {
            assert_no_secrets(&answer, cursor);
        }
    }
    let others = [
        requests::action_cases(),
        requests::invalid_requests(),
        requests::unauthenticated_requests(),
    ];
    for (request, statuses) in others.into_iter().flatten() {
        let (status, answer) = send(&request, address);
        assert!(
            statuses.contains(&status),
            "{request}\nis answered with\n{answer}"
        );
        assert_no_secrets(&answer, cursor);
    }
    for bytes in requests::garbage() {
        assert_no_secrets(&exchange(address, &bytes), cursor);
    }
    cursor.to_owned()
}

#[track_caller]
fn assert_no_secrets(answer: &str, cursor: &str) {
    let disclosed = anything_in(answer);
    assert!(disclosed.is_empty(), "{disclosed:?} in\n{answer}");
    assert!(!answer.contains(CAUSE), "a cause in\n{answer}");
    assert!(!answer.contains(cursor), "a cursor in\n{answer}");
}

/// Asserts that the output of the process has no secrets, except for that of the third parties.
fn assert_output_has_no_secrets(output: &Ended, cursor: &str, third_parties: &[&str]) {
    let (mut events, rest) = events(output);
    events.retain(|event| !third_parties.contains(&event.target.as_str()));
    for event in &mut events {
        // The author of an error chooses its cause.
        if event.target.starts_with("churnkey")
            && let Some(cause) = event.line["fields"].get_mut("cause")
        {
            *cause = "chosen by the author".into();
        }
        let line = event.line.to_string();
        let mut found = secrets_in(&line);
        if event.target.starts_with("churnkey") {
            found = anything_in(&line);
        }
        assert!(found.is_empty(), "{found:?} in the log:\n{line}");
        assert!(!line.contains(CAUSE), "a cause in another field:\n{line}");
        assert!(!line.contains(cursor), "a cursor in the log:\n{line}");
    }
    let lines = events
        .iter()
        .map(|event| (event.target.as_str(), event.message.as_str()));
    let dumps: Vec<_> = dumps(lines).into_values().collect();
    for text in [&output.stdout, &rest].into_iter().chain(&dumps) {
        let found = secrets_in(text);
        let lines: Vec<_> = text
            .lines()
            .filter(|line| !secrets_in(line).is_empty())
            .collect();
        assert!(found.is_empty(), "{found:?} in\n{}", lines.join("\n"));
        assert!(!text.contains(cursor), "a cursor in\n{text}");
    }
}

/// Asserts that the test is meaningful: the functions were called and panicked, and their output
/// arrived.
fn assert_output_is_complete(output: &Ended) {
    assert!(output.status.success(), "{}", output.stderr);
    for words in [
        "CustomerId([redacted])",
        "token: TokenHandle(",
        "email: Some([redacted])",
        "\"cookie\": Sensitive",
        "metadata: {1 redacted}",
        PRICE_ID,
    ] {
        let all = format!("{}{}", output.stdout, output.stderr);
        assert!(all.contains(words), "`{words}` is not in the output");
    }
    assert!(output.stderr.contains("panicked at"));
}

#[test]
fn tracing_output_and_errors_are_free_of_secrets() {
    let (url, answering) = process::api(API_ANSWERS);
    let process = process::start(Logger::Tracing, Some(&url));
    let cursor = send_all_requests(process.stdout.address());
    answering.join().expect("Churnkey's API got all requests");
    process.signal("TERM");
    let output = process.end();
    assert_output_has_no_secrets(&output, &cursor, &[]);

    assert_output_is_complete(&output);
    let (events, _) = events(&output);
    let targets: BTreeSet<_> = events.iter().map(|event| event.target.as_str()).collect();
    assert!(targets.contains("secrets::provider"), "{targets:?}");
    let causes = events
        .iter()
        .filter(|event| event.target.starts_with("churnkey"))
        .filter(|event| {
            event.line["fields"]["cause"]
                .as_str()
                .is_some_and(|cause| cause.contains(CAUSE))
        });
    assert!(causes.count() > 0, "the causes are logged by {targets:?}");
    assert!(output.stderr.contains("not verified"), "{}", output.stderr);
}

#[test]
fn log_crate_output_is_free_of_secrets() {
    let (url, answering) = process::api(API_ANSWERS);
    let process = process::start(Logger::LogCrate, Some(&url));
    let cursor = send_all_requests(process.stdout.address());
    answering.join().expect("Churnkey's API got all requests");
    process.signal("TERM");
    let output = process.end();
    let known = THIRD_PARTIES.map(|(target, _)| target);
    assert_output_has_no_secrets(&output, &cursor, &known);
    assert_output_is_complete(&output);
}

#[test]
fn output_without_logging_is_free_of_secrets() {
    let process = process::start(Logger::None, None);
    let cursor = send_all_requests(process.stdout.address());
    process.signal("TERM");
    let output = process.end();
    assert_output_has_no_secrets(&output, &cursor, &[]);
    assert_output_is_complete(&output);
}

#[test]
fn recording_is_free_of_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls.ndjson");
    let process = process::start_recording(&file);
    let cursor = send_all_requests(process.stdout.address());
    process.signal("TERM");
    let output = process.end();
    assert_output_is_complete(&output);

    let text = std::fs::read_to_string(&file).expect("a recording");
    for line in text.lines() {
        let found = anything_in(line);
        assert!(found.is_empty(), "{found:?} in {line}");
        assert!(!line.contains(&cursor) && !line.contains(CAUSE), "{line}");
    }
    // The recording has all kinds of calls, and its pseudonyms.
    for words in [
        "/churnkey/customers/{customerId}",
        "/churnkey/actions/subscription/pause",
        "\"status\":401",
        "\"customerId\":\"id:",
    ] {
        assert!(text.contains(words), "`{words}` is not in {text}");
    }
}

/// Starts the server with a mistyped API key, and with a URL to which the key must not be sent.
#[test]
fn startup_error_does_not_contain_the_key() {
    let slip = format!("{API_KEY} {API_KEY}");
    let elsewhere = format!(
        "http://{}:{}@example.test/{API_KEY}",
        sentinels::NAME,
        sentinels::PASSWORD
    );
    let urls = ["https://example.test", &elsewhere];
    for (key, url) in [(slip.as_str(), urls[0]), (API_KEY, urls[1])] {
        let output = process::start_with(Logger::Tracing, Some((key, url))).end();
        assert!(!output.status.success(), "{}", output.stdout);
        let text = format!("{}{}", output.stdout, output.stderr);
        assert!(text.contains("must be"), "{text}");
        assert!(secrets_in(&text).is_empty(), "{text}");
    }
}
