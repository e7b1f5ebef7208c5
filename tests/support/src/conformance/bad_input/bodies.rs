//! Bodies that are no JSON object, or too large.

use serde_json::{Value, json};

use super::{actions, refuse, refuse_request};
use crate::conformance::Start;
use crate::conformance::client::subscriptions_of;
use crate::conformance::guarded::Guarded;

pub fn body_that_is_not_a_json_object_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, right, watched) in actions(&guarded) {
        let whole = right.to_string();
        let mut bodies: Vec<Vec<u8>> = [
            "",
            " ",
            "{",
            "}",
            "{}",
            "[]",
            "null",
            "true",
            "7301",
            "\"7f3a\"",
            "not json 7f3a",
            "{'customerId':'7f3a'}",
            "{\"customerId\":7f3a}",
            "{\"customerId\"}",
            "\0",
            "NaN",
            "customerId=7f3a&subscriptionId=7f3a",
            "<customerId>7f3a</customerId>",
        ]
        .map(|body| body.as_bytes().to_vec())
        .into();
        // The body is truncated at every tenth byte, and before the last byte.
        bodies.extend(
            (1..whole.len())
                .step_by(10)
                .chain([whole.len() - 1])
                .map(|end| whole.as_bytes()[..end].to_vec()),
        );
        bodies.push(format!("{whole}{whole}").into_bytes());
        bodies.push(format!("{whole}7f3a").into_bytes());
        bodies.push(format!("[{whole}]").into_bytes());
        bodies.push(Value::String(whole.clone()).to_string().into_bytes());
        bodies.push(whole.replace(',', ",,").into_bytes());
        bodies.push(whole.replacen('}', ",}", 1).into_bytes());
        bodies.push([b"\xff\xfe", whole.as_bytes()].concat());
        bodies.push(
            whole
                .replacen("\"customerId\":\"", "\"customerId\":\"\u{0}", 1)
                .into_bytes(),
        );
        let not_text = whole
            .replacen("\"customerId\":\"", "\"customerId\":\"~", 1)
            .into_bytes();
        bodies.push(
            not_text
                .into_iter()
                .map(|byte| if byte == b'~' { 0xff } else { byte })
                .collect(),
        );
        // Half of a surrogate pair is not a character.
        bodies.push(
            whole
                .replacen("\"customerId\":\"", "\"customerId\":\"\\ud83d", 1)
                .into_bytes(),
        );
        for body in bodies {
            let request = client
                .request("POST", path)
                .content("application/json", body);
            refuse_request(&guarded, &mut client, &request, &[400], watched, &["7301"]);
        }
        // A request without a body and without a length.
        let request = client
            .request("POST", path)
            .header("content-type", "application/json");
        refuse_request(&guarded, &mut client, &request, &[400], watched, &[]);
    }
}

pub fn deeply_nested_body_is_rejected(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, right, watched) in actions(&guarded) {
        for depth in [200, 20_000] {
            let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            let open = "[".repeat(depth);
            for body in [lists.clone(), objects.clone(), open] {
                let request = client
                    .request("POST", path)
                    .content("application/json", body);
                refuse_request(&guarded, &mut client, &request, &[400, 413], watched, &[]);
            }
            for nested in [lists, objects] {
                for field in right
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(field, _)| field)
                {
                    let mut body = right.clone();
                    body[field] = json!("~");
                    let body = body.to_string().replacen("\"~\"", &nested, 1);
                    let request = client
                        .request("POST", path)
                        .content("application/json", body);
                    refuse_request(&guarded, &mut client, &request, &[400, 413], watched, &[]);
                }
            }
        }
    }
}

pub fn body_of_a_mebibyte_is_rejected(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    const MEBIBYTE: usize = 1024 * 1024;
    for (path, right, watched) in actions(&guarded) {
        let mut filled = right.clone();
        filled["note"] = json!("7f3a".repeat(MEBIBYTE / 4));
        let mut id = right.clone();
        id["customerId"] = json!("7f3a".repeat(MEBIBYTE / 4));
        for body in [
            filled.to_string(),
            id.to_string(),
            "7f3a".repeat(MEBIBYTE / 4),
            format!("{}{right}", " ".repeat(MEBIBYTE)),
        ] {
            // The response can arrive before the body was read, which ends the connection.
            let request = client
                .request("POST", path)
                .header("connection", "close")
                .content("application/json", body);
            refuse_request(&guarded, &mut client, &request, &[400, 413], watched, &[]);
        }
        // Without the token the response must be the same as for any other request.
        let request = client
            .request("POST", path)
            .without("authorization")
            .header("connection", "close")
            .content("application/json", filled.to_string());
        refuse_request(&guarded, &mut client, &request, &[401], watched, &[]);
    }
}

pub fn body_that_is_no_json_is_rejected_under_any_content_type(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, right, watched) in actions(&guarded) {
        for content_type in [
            "text/plain",
            "text/html",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=7f3a",
            "application/jsonp",
            "application/octet-stream",
            "json-7f3a",
            "",
            "\u{e9}",
        ] {
            let request = client
                .request("POST", path)
                .content(content_type, format!("{right}7f3a"));
            let echo = if content_type == "application/jsonp" {
                content_type
            } else {
                "7f3a"
            };
            refuse_request(
                &guarded,
                &mut client,
                &request,
                &[400],
                watched,
                &[echo, "text/", "xml", "octet"],
            );
        }
    }
}

pub fn rejection_does_not_affect_the_next_response(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let expected = client.row("/features");
    for (path, right, watched) in actions(&guarded) {
        let mut body = right.clone();
        body["customerId"] = json!([]);
        refuse(&guarded, &mut client, path, &body, watched, &[]);
        assert_eq!(client.row("/features"), expected);
        let unknown = client.request("GET", &subscriptions_of("missing-7f3a"));
        assert!(client.send(&unknown).status < 500);
    }
}
