//! Bodies that are no JSON object, or too large.

use super::{ACTIONS, cancel, cancel_call, refused};
use crate::support::{Write, bearer, billing};
use churnkey::{Cancel, Schedule};

#[test]
fn content_type_of_an_action_is_ignored() {
    let (billing, host) = billing();
    let call = || cancel_call(host).without("Content-Type");
    call().send().is_done();
    let content_types = [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/vnd.churnkey.v2+json; charset=utf-8",
        "text/plain",
        "text/plain;charset=UTF-8",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/json-seq",
        "application/+s3ntin3l",
        "multipart/form-data; boundary=application/json",
        "",
        ";",
    ];
    for content_type in content_types {
        call().header("Content-Type", content_type).send().is_done();
    }
    let expected = Write::Cancel(Cancel::new("cus_1", "sub_1", Schedule::Immediate));
    assert_eq!(billing.writes(), vec![expected; content_types.len() + 1]);
}

#[test]
fn empty_body_is_a_400_under_any_content_type() {
    let (billing, host) = billing();
    for content_type in ["application/json", "text/plain", ""] {
        for body in ["", " \r\n"] {
            let call = host.call("POST", "/churnkey/actions/subscription/cancel");
            let reply = call.header("Content-Type", content_type).body(body).send();
            assert_eq!(refused(&reply, 400), "the body must not be empty");
        }
    }
    assert_eq!(billing.writes(), []);
}

#[test]
fn body_must_be_a_json_object() {
    let (billing, host) = billing();
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let deep_field = format!(r#"{{"customerId":"cus_1","x":{deep}}}"#);
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b"   ".into(),
        b"null".into(),
        b"[]".into(),
        b"\"s3ntin3l\"".into(),
        b"7".into(),
        b"true".into(),
        b"{".into(),
        b"s3ntin3l".into(),
        br#"{"customerId":"s3ntin3l","subscriptionId":"#.into(),
        br#"{"customerId":"s3ntin3l",}"#.into(),
        br#"{'customerId':'s3ntin3l'}"#.into(),
        br#"{"customerId":"cus_1"} s3ntin3l"#.into(),
        br#"{"customerId":"cus_1","n":NaN}"#.into(),
        br#"{"customerId":"cus_1","n":1e999}"#.into(),
        b"{\"customerId\":\"\xff\xfe\"}".into(),
        br#"{"customerId":"\ud800"}"#.into(),
        b"{\"customerId\":\"cus\n1\"}".into(),
        b"\xef\xbb\xbf{}".into(),
        b"customerId=cus_1&subscriptionId=sub_1".into(),
        deep.into(),
        deep_field.into(),
    ];
    for action in ACTIONS {
        for body in &bodies {
            let reply = host
                .call("POST", format!("/churnkey/actions{action}"))
                .header("Content-Type", "application/json")
                .body(body)
                .send();
            let message = refused(&reply, 400);
            assert!(message.starts_with("the body must "), "{message}");
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn body_over_the_limit_is_a_413() {
    let (billing, host) = billing();
    let padded = |bytes: usize| {
        let mut body = cancel().to_string();
        body.extend(std::iter::repeat_n(' ', bytes - body.len()));
        body
    };
    cancel_call(host).body(padded(64 * 1024)).send().is_done();
    billing.writes();

    for bytes in [64 * 1024 + 1, 1024 * 1024] {
        let reply = cancel_call(host).body(padded(bytes)).send();
        assert_eq!(
            refused(&reply, 413),
            "the body must be at most 65536 bytes long"
        );
    }
    let mut chunked = crate::support::Peer::open(host.address());
    chunked.send(
        format!(
            "POST /churnkey/actions/subscription/cancel HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
            bearer()
        )
        .as_bytes(),
    );
    for _ in 0..65 {
        chunked.send(format!("400\r\n{}\r\n", " ".repeat(1024)));
    }
    refused(&chunked.reply(), 413);
    assert_eq!(billing.writes(), []);
}

#[test]
fn truncated_body_calls_no_action() {
    let (billing, host) = billing();
    let bytes = cancel_call(host).bytes();
    let mut connection = crate::support::Peer::open(host.address());
    connection.send(&bytes[..bytes.len() - 1]);
    connection.shut_down_writing();
    assert_eq!(connection.reply().status, 400);
    assert_eq!(billing.writes(), []);
}
