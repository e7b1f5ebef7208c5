//! Nothing secret gets into a log or an error.
//!
//! A provider holds sentinels in every place that can hold a secret or personal data, and its functions log all that they see. It is asked for everything
//! and fails in every way, with more sentinels wherever a request has room for them, while all crates log at TRACE. Then no sentinel may be found: not in the
//! log, not on standard output and standard error, to which panics go, and not in an answer other than the success of a read, which carries the data.

mod process;
mod provider;
mod requests;
mod sentinels;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use process::{Logger, events};
use sentinels::{API_KEY, CAUSE, PRICE_ID, anything_in, dumps, secrets_in};
use test_support::{Ended, Peer, Request};

/// Makes a failure, a refusal that says the key again, and a success.
const API_ANSWERS: &[&str] = &[
    "",
    "HTTP/1.1 401 Unauthorized\r\nX-Key: Zq02ApiKey\r\nContent-Length: 10\r\nConnection: close\r\n\r\nZq02ApiKey",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
];

/// What logs a secret, and why it is left to. It goes to loggers of the `log` crate alone: the runtime keeps it from subscribers of `tracing`.
const THIRD_PARTIES: [(&str, &str); 1] = [(
    "ureq_proto::util",
    "dumps what the TLS client sends to Churnkey, the API key in it, and has no switch",
)];

/// The status and the whole answer, from the status line to the last byte of the body.
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

/// The answer to bytes that may be no request, and after which no more follow.
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut peer = Peer::open(address);
    peer.send(bytes);
    peer.shut_down_writing();
    String::from_utf8_lossy(&peer.rest()).into_owned()
}

/// Sends everything, looks through the answers, and returns a cursor that the provider gave.
fn ask_everything(address: SocketAddr) -> String {
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
            tells_nothing(&answer, cursor);
        }
    }
    let others = [
        requests::acts(),
        requests::mistakes(),
        requests::strangers(),
    ];
    for (request, statuses) in others.into_iter().flatten() {
        let (status, answer) = send(&request, address);
        assert!(
            statuses.contains(&status),
            "{request}\nis answered with\n{answer}"
        );
        tells_nothing(&answer, cursor);
    }
    for bytes in requests::garbage() {
        tells_nothing(&exchange(address, &bytes), cursor);
    }
    cursor.to_owned()
}

#[track_caller]
fn tells_nothing(answer: &str, cursor: &str) {
    let told = anything_in(answer);
    assert!(told.is_empty(), "{told:?} in\n{answer}");
    assert!(!answer.contains(CAUSE), "a cause in\n{answer}");
    assert!(!answer.contains(cursor), "a cursor in\n{answer}");
}

/// Looks through all that the process has said, except for what the third parties have.
fn said_nothing(said: &Ended, cursor: &str, third_parties: &[&str]) {
    let (mut events, rest) = events(said);
    events.retain(|event| !third_parties.contains(&event.target.as_str()));
    for event in &mut events {
        // The cause is for its author to choose.
        if event.target.starts_with("churnkey")
            && let Some(cause) = event.line["fields"].get_mut("cause")
        {
            *cause = "for its author to choose".into();
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
    for text in [&said.stdout, &rest].into_iter().chain(&dumps) {
        let found = secrets_in(text);
        let lines: Vec<_> = text
            .lines()
            .filter(|line| !secrets_in(line).is_empty())
            .collect();
        assert!(found.is_empty(), "{found:?} in\n{}", lines.join("\n"));
        assert!(!text.contains(cursor), "a cursor in\n{text}");
    }
}

/// What makes a test of absence worth something: the functions were called and panicked, and what they say arrives.
fn said_the_rest(said: &Ended) {
    assert!(said.status.success(), "{}", said.stderr);
    for words in [
        "CustomerId([redacted])",
        "token: TokenHandle(",
        "email: Some([redacted])",
        "\"cookie\": Sensitive",
        "metadata: {1 redacted}",
        PRICE_ID,
    ] {
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(all.contains(words), "`{words}` was never said");
    }
    assert!(said.stderr.contains("panicked at"));
}

#[test]
fn nothing_secret_gets_into_a_log_of_tracing_at_trace_or_into_an_error() {
    let (url, answering) = process::api(API_ANSWERS);
    let process = process::start(Logger::Tracing, Some(&url));
    let cursor = ask_everything(process.stdout.address());
    answering
        .join()
        .expect("Churnkey's API was asked to the end");
    process.signal("TERM");
    let said = process.end();
    said_nothing(&said, &cursor, &[]);

    said_the_rest(&said);
    let (events, _) = events(&said);
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
    assert!(said.stderr.contains("not verified"), "{}", said.stderr);
}

#[test]
fn nothing_secret_gets_into_a_log_of_the_log_crate_but_for_what_is_known_of_others() {
    let (url, answering) = process::api(API_ANSWERS);
    let process = process::start(Logger::LogCrate, Some(&url));
    let cursor = ask_everything(process.stdout.address());
    answering
        .join()
        .expect("Churnkey's API was asked to the end");
    process.signal("TERM");
    let said = process.end();
    let known = THIRD_PARTIES.map(|(target, _)| target);
    said_nothing(&said, &cursor, &known);
    said_the_rest(&said);
}

#[test]
fn nothing_secret_is_printed_where_nothing_is_logged() {
    let process = process::start(Logger::None, None);
    let cursor = ask_everything(process.stdout.address());
    process.signal("TERM");
    let said = process.end();
    said_nothing(&said, &cursor, &[]);
    said_the_rest(&said);
}

/// The API key with a slip of the hand, and a URL to which it must not be sent.
#[test]
fn a_refusal_to_start_does_not_show_the_key() {
    let slip = format!("{API_KEY} {API_KEY}");
    let elsewhere = format!(
        "http://{}:{}@example.test/{API_KEY}",
        sentinels::NAME,
        sentinels::PASSWORD
    );
    let urls = ["https://example.test", &elsewhere];
    for (key, url) in [(slip.as_str(), urls[0]), (API_KEY, urls[1])] {
        let said = process::start_with(Logger::Tracing, Some((key, url))).end();
        assert!(!said.status.success(), "{}", said.stdout);
        let text = format!("{}{}", said.stdout, said.stderr);
        assert!(text.contains("must be"), "{text}");
        assert!(secrets_in(&text).is_empty(), "{text}");
    }
}
