//! Invalid requests. Each rejection has the correct status and the error shape, repeats nothing
//! from the request, and calls no action.

use std::sync::Arc;

use churnkey::{Cancel, Schedule};
use serde_json::{Value, json};

use crate::support::{Billing, Call, Host, Reply, TOKEN, Write, bearer, billing};

/// Part of the invalid values in requests. It must not occur in responses.
const SENTINEL: &str = "s3ntin3l";

#[track_caller]
fn refused(reply: &Reply, status: u16) -> String {
    let message = reply.error(status);
    assert!(!message.contains(SENTINEL), "{message}");
    message
}

// Authentication

#[test]
fn missing_or_wrong_token_is_a_401() {
    let (billing, host) = billing();
    let shortened = format!("Bearer {}", &TOKEN[..TOKEN.len() - 1]);
    let lengthened = format!("Bearer {TOKEN}x");
    let headers: [&[&[u8]]; 20] = [
        &[],
        &[b""],
        &[b"Bearer"],
        &[b"Bearer "],
        &[b"Bearer wrong"],
        &[shortened.as_bytes()],
        &[lengthened.as_bytes()],
        &[&TOKEN.as_bytes()[1..]],
        &[b"Bearer TOK_9FQ2-SECRET"],
        &[b"Basic tok_9fQ2-secret"],
        &[b"Token tok_9fQ2-secret"],
        &[b"Bearertok_9fQ2-secret"],
        &[b"Bearer: tok_9fQ2-secret"],
        &[b"Bearer Bearer tok_9fQ2-secret"],
        &[b"Bearer \"tok_9fQ2-secret\""],
        &[b"Bearer tok_9fQ2-secret, Bearer tok_9fQ2-secret"],
        &[b"Bearer tok_9fQ2-secret\xff"],
        &[b"Bearer tok_9fQ2-secret", b"Bearer wrong"],
        &[b"Bearer wrong", b"Bearer tok_9fQ2-secret"],
        &[b"Bearer tok_9fQ2-secret", b"Bearer tok_9fQ2-secret"],
    ];
    for values in headers {
        let mut call = cancel_call(host).without("Authorization");
        for value in values {
            call = call.header("Authorization", value);
        }
        let shown = values
            .iter()
            .map(|value| value.escape_ascii().to_string())
            .collect::<Vec<_>>();
        let reply = call.send();
        assert_eq!(reply.error(401), "Unauthorized", "{shown:?}");
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn scheme_is_case_insensitive_and_optional() {
    let (_, host) = billing();
    for value in [
        bearer(),
        format!("bearer {TOKEN}"),
        format!("BEARER   {TOKEN}  "),
        TOKEN.to_owned(),
        format!("  {TOKEN}  "),
    ] {
        let reply = host
            .call("GET", "/churnkey/features")
            .without("Authorization")
            .header("authorization", &value)
            .send();
        assert_eq!(reply.status, 200, "{value}");
    }
}

#[test]
fn unauthenticated_replies_do_not_reveal_known_paths() {
    let (billing, host) = billing();
    let anonymous = |method: &str, path: &str| {
        host.call(method, path)
            .without("Authorization")
            .header("X-Request-Id", "mine")
            .header("X-Churnkey-Mode", "nonsense")
            .header("Content-Type", "text/plain")
            .body("not JSON")
            .send()
            .dateless()
    };
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let unknown = anonymous(method, "/churnkey/no/such/path");
        assert_eq!(unknown.0, 401);
        for header in ["allow", "x-request-id"] {
            assert!(unknown.1.iter().all(|(name, _)| name != header), "{header}");
        }
        for path in [
            "/churnkey",
            "/churnkey/",
            "/churnkey/features",
            "/churnkey/customers",
            "/churnkey/customers/cus_1",
            "/churnkey/customers/%ff",
            "/churnkey/customers/email/a@b.test",
            "/churnkey/prices?limit=0",
            "/churnkey/customers/cus_1/subscriptions/sub_1",
            "/churnkey/actions/subscription/cancel",
            "/churnkey/actions/customer/pause",
        ] {
            assert_eq!(anonymous(method, path), unknown, "{method} {path}");
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn blank_token_rejects_every_request() {
    use churnkey::Integration as _;

    for token in ["", "  ", "\n"] {
        let host = Host::of(Billing::router(Billing::new(), token));
        for value in ["", "Bearer", "Bearer ", "Bearer  x"] {
            let reply = host
                .call("GET", "/churnkey/features")
                .without("Authorization")
                .header("Authorization", value)
                .send();
            assert_eq!(reply.error(401), "Unauthorized");
        }
    }
}

// Paths, methods and headers

#[test]
fn unknown_path_under_churnkey_is_a_404() {
    let (billing, host) = billing();
    for path in [
        "",
        "/",
        "/s3ntin3l",
        "/Customers",
        "/customers/",
        "/customers/cus_1/",
        "/customers/cus_1/s3ntin3l",
        "/customers/cus_1/subscriptions/sub_1/more",
        "/customers/email/",
        "/customers/email/a/b",
        "/features/",
        "/actions",
        "/actions/subscription/s3ntin3l",
        "/actions/customer/change-price",
        "/invoices",
    ] {
        for method in ["GET", "POST"] {
            let reply = host.call(method, format!("/churnkey{path}")).send();
            assert_eq!(
                refused(&reply, 404),
                "there is no such path",
                "{method} {path}"
            );
        }
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn empty_id_in_a_path_calls_no_function() {
    let (billing, host) = billing();
    for path in [
        "/customers//subscriptions",
        "/customers//subscriptions/sub_1",
        "/customers/cus_1/subscriptions/",
        "/prices/",
    ] {
        let message = refused(&host.get(path), 404);
        assert_eq!(message, "there is no such path", "{path}");
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn wrong_method_is_a_405_with_the_allowed_one() {
    let (billing, host) = billing();
    let reads = [
        "/features",
        "/customers",
        "/customers/cus_1",
        "/customers/email/a@b.test",
        "/prices",
        "/customers/cus_1/subscriptions/sub_1",
    ];
    let writes = ["/actions/subscription/cancel", "/actions/customer/cancel"];
    let table = reads
        .map(|path| (path, "GET, HEAD", ["POST", "PUT", "DELETE", "OPTIONS"]))
        .into_iter()
        .chain(writes.map(|path| (path, "POST", ["GET", "PUT", "DELETE", "HEAD"])));
    for (path, allowed, wrong) in table {
        for method in wrong {
            let reply = host
                .call(method, format!("/churnkey{path}"))
                .json(cancel())
                .send();
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
            if method != "HEAD" {
                assert_eq!(refused(&reply, 405), "Method Not Allowed");
            }
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn invalid_or_repeated_mode_is_a_400() {
    let (billing, host) = billing();
    let modes: [&[&[u8]]; 7] = [
        &[b"staging"],
        &[b"s3ntin3l"],
        &[b""],
        &[b"test, live"],
        &[b"t\xebst"],
        &[b"test", b"live"],
        &[b"live", b"live"],
    ];
    for values in modes {
        let calls = [
            host.call("GET", "/churnkey/features"),
            host.call("GET", "/churnkey/customers/cus_1"),
            cancel_call(host),
        ];
        for mut call in calls {
            for value in values {
                call = call.header("X-Churnkey-Mode", value);
            }
            let message = refused(&call.send(), 400);
            assert_eq!(
                message,
                "the header `X-Churnkey-Mode` must be `test` or `live`"
            );
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

// Bodies

fn cancel() -> Value {
    json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate" })
}

fn cancel_call(host: Host) -> Call {
    host.call("POST", "/churnkey/actions/subscription/cancel")
        .json(cancel())
}

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
fn letter_case_of_the_mode_is_ignored() {
    let (billing, host) = billing();
    for mode in ["TEST", "Test", "tEST", "LIVE", "Live"] {
        let call = cancel_call(host).header("X-Churnkey-Mode", mode);
        call.send().is_done();
    }
    assert_eq!(billing.writes().len(), 5);
}

#[test]
fn refusal_lists_the_keys_that_were_received() {
    let (billing, host) = billing();
    let body = json!({
        "customer_id": SENTINEL,
        "subscriptionId": SENTINEL,
        "duration": { "span": { "months": SENTINEL } },
        "s3ntin3l@example.test": SENTINEL,
        "s3ntin3l".repeat(10): SENTINEL,
    });
    let message = refused(&host.act("/subscription/extend-trial", &body), 400);
    assert_eq!(
        message,
        "`customerId` is required (keys received: customer_id, duration, duration.span, \
         duration.span.months, subscriptionId and 2 more)"
    );
    assert_eq!(billing.writes(), []);
}

const ACTIONS: [&str; 7] = [
    "/subscription/cancel",
    "/customer/cancel",
    "/subscription/pause",
    "/customer/pause",
    "/subscription/apply-coupon",
    "/subscription/change-price",
    "/subscription/extend-trial",
];

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

// Fields

#[derive(Clone, Copy)]
enum Kind {
    Id,
    Schedule,
    Duration,
    Flag,
}

type Fields = Vec<(&'static str, Kind)>;

/// Returns every action with a body that has all fields, and the kind of each field.
fn complete() -> Vec<(&'static str, Value, Fields)> {
    use Kind::{Duration, Flag, Id, Schedule};

    let (customer, subscription) = (("customerId", Id), ("subscriptionId", Id));
    let duration = json!({ "type": "period", "amount": 1, "unit": "month" });
    vec![
        (
            "/subscription/cancel",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate", "unpause": true }),
            vec![
                customer,
                subscription,
                ("scheduledAt", Schedule),
                ("unpause", Flag),
            ],
        ),
        (
            "/customer/cancel",
            json!({ "customerId": "cus_1", "scheduledAt": "immediate", "unpause": true }),
            vec![customer, ("scheduledAt", Schedule), ("unpause", Flag)],
        ),
        (
            "/subscription/pause",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "startAt": "immediate", "duration": duration, "allowAnnual": true }),
            vec![
                customer,
                subscription,
                ("startAt", Schedule),
                ("duration", Duration),
                ("allowAnnual", Flag),
            ],
        ),
        (
            "/customer/pause",
            json!({ "customerId": "cus_1", "startAt": "immediate", "duration": duration, "allowAnnual": true }),
            vec![
                customer,
                ("startAt", Schedule),
                ("duration", Duration),
                ("allowAnnual", Flag),
            ],
        ),
        (
            "/subscription/apply-coupon",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "half" }),
            vec![customer, subscription, ("id", Id)],
        ),
        (
            "/subscription/change-price",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "team", "scheduledAt": "immediate", "prorate": true }),
            vec![
                customer,
                subscription,
                ("id", Id),
                ("scheduledAt", Schedule),
                ("prorate", Flag),
            ],
        ),
        (
            "/subscription/extend-trial",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "duration": duration }),
            vec![customer, subscription, ("duration", Duration)],
        ),
    ]
}

/// Returns invalid values of a field. None of them means that the field is absent.
fn wrong_values(kind: Kind) -> Vec<Value> {
    let schedules = [
        "",
        "Immediate",
        "IMMEDIATE",
        "end_of_period",
        "endOfPeriod",
        "end-of-period ",
        "now",
        SENTINEL,
    ];
    match kind {
        Kind::Id => vec![
            json!(""),
            json!(7),
            json!(true),
            json!([SENTINEL]),
            json!({ "id": SENTINEL }),
        ],
        Kind::Flag => vec![
            json!("True"),
            json!(""),
            json!(1),
            json!(0),
            json!([SENTINEL]),
            json!({}),
            json!(SENTINEL),
        ],
        Kind::Schedule => schedules
            .into_iter()
            .map(Value::from)
            .chain([
                json!(1),
                json!(true),
                json!(["immediate"]),
                json!({ "immediate": true }),
            ])
            .collect(),
        Kind::Duration => {
            let mut wrong: Vec<Value> = [
                r#""P2M""#,
                "60",
                "true",
                "[]",
                "{}",
                r#"{"type":"s3ntin3l","amount":1,"unit":"month"}"#,
                r#"{"type":"","amount":1,"unit":"month"}"#,
                r#"{"type":1,"amount":1,"unit":"month"}"#,
                r#"{"type":"period"}"#,
                r#"{"type":"period","unit":"month"}"#,
                r#"{"type":"period","amount":1}"#,
                r#"{"type":"period","date":"2026-09-01T00:00:00.000Z"}"#,
                r#"{"type":"date"}"#,
                r#"{"type":"date","amount":1,"unit":"month"}"#,
                r#"{"amount":1,"unit":"month","date":"2026-09-01T00:00:00.000Z"}"#,
                r#"{"amount":1}"#,
                r#"{"unit":"month"}"#,
            ]
            .map(|json| serde_json::from_str(json).unwrap())
            .into();
            for amount in [
                "0",
                "-1",
                "1.5",
                "4294967296",
                "18446744073709551616",
                "1e300",
                r#""two""#,
                "null",
                "true",
                "[]",
            ] {
                let json = format!(r#"{{"type":"period","amount":{amount},"unit":"month"}}"#);
                wrong.push(serde_json::from_str(&json).unwrap());
            }
            for unit in ["", "mo", "monthly", "hour", SENTINEL] {
                wrong.push(json!({ "type": "period", "amount": 1, "unit": unit }));
            }
            for date in [
                "",
                SENTINEL,
                "2026-09-31",
                "2026-09-01T00:00:00",
                "2026-02-29T00:00:00Z",
                "2026-02-30T00:00:00.000Z",
                "2026-13-01T00:00:00Z",
                "2026-09-01T24:30:00Z",
                "2026-09-01T00:00:00+99:00",
                "10000-01-01T00:00:00Z",
                "1788220800",
            ] {
                wrong.push(json!({ "type": "date", "date": date }));
            }
            wrong.push(json!({ "type": "date", "date": 1_788_220_800 }));
            wrong
        }
    }
}

#[test]
fn wrong_field_is_a_400_with_its_name() {
    let (billing, host) = billing();
    for (action, body, fields) in complete() {
        for (field, kind) in fields {
            for wrong in wrong_values(kind) {
                let mut body = body.clone();
                body[field] = wrong.clone();
                let message = refused(&host.act(action, &body), 400);
                assert!(
                    message.starts_with(&format!("`{field}")),
                    "{action} {field} {wrong}: {message}"
                );
            }
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn only_flags_can_be_missing_or_null() {
    let (billing, host) = billing();
    for (action, body, fields) in complete() {
        for (field, kind) in fields {
            let (mut missing, mut null) = (body.clone(), body.clone());
            missing.as_object_mut().unwrap().remove(field);
            null[field] = Value::Null;
            for body in [missing, null] {
                let reply = host.act(action, &body);
                if matches!(kind, Kind::Flag) {
                    reply.is_done();
                    assert_eq!(billing.writes().len(), 1);
                } else {
                    let message = refused(&reply, 400);
                    let expected = format!("`{field}` is required (keys received: ");
                    assert!(message.starts_with(&expected), "{message}");
                    assert_eq!(billing.writes(), []);
                }
            }
        }
    }
}

#[test]
fn wrong_coupon_or_price_is_named_as_received() {
    let (billing, host) = billing();
    let mut body = cancel();
    for wrong in wrong_values(Kind::Id) {
        body["coupon"] = wrong.clone();
        let message = refused(&host.act("/subscription/apply-coupon", &body), 400);
        assert!(message.starts_with("`coupon` "), "{message}");
        body["price"] = wrong;
        let message = refused(&host.act("/subscription/change-price", &body), 400);
        assert!(message.starts_with("`price` "), "{message}");
    }
    assert_eq!(billing.writes(), []);
}

// Ids

/// Returns ids as a function must receive them, and their encoded forms for a path.
fn unusual_ids() -> Vec<(String, String)> {
    let long = "x".repeat(4096);
    let table = [
        ("a/b", "a%2Fb"),
        ("a/b", "a%2fb"),
        ("../../features", "..%2F..%2Ffeatures"),
        ("50%", "50%25"),
        ("%41", "%2541"),
        ("a+b", "a+b"),
        ("a+b", "a%2Bb"),
        ("a@b", "a@b"),
        ("a@b", "a%40b"),
        ("a b", "a%20b"),
        (" ", "%20"),
        ("😀", "%F0%9F%98%80"),
        ("é", "%C3%A9"),
        ("a\0b", "a%00b"),
        ("a\nb", "a%0Ab"),
        ("a?b#c", "a%3Fb%23c"),
        ("a;b=c", "a;b=c"),
        ("{customerId}", "%7BcustomerId%7D"),
        ("*", "*"),
        ("..", ".."),
        ("' OR 1=1 --", "'%20OR%201=1%20--"),
        (&long, &long),
    ];
    table
        .map(|(id, encoded)| (id.to_owned(), encoded.to_owned()))
        .into()
}

#[test]
fn id_in_a_path_can_hold_any_character() {
    let (billing, host) = billing();
    for (id, encoded) in unusual_ids() {
        for (path, read) in [
            (format!("/customers/{encoded}"), format!("customer {id}")),
            (format!("/customers/email/{encoded}"), format!("email {id}")),
            (format!("/customers/phone/{encoded}"), format!("phone {id}")),
            (format!("/prices/{encoded}"), format!("price {id}")),
            (format!("/coupons/{encoded}"), format!("coupon {id}")),
            (format!("/products/{encoded}"), format!("product {id}")),
            (format!("/families/{encoded}"), format!("family {id}")),
            (
                format!("/customers/{encoded}/subscriptions/{encoded}"),
                format!("subscription {id} of {id}"),
            ),
            (
                format!("/customers/{encoded}/subscriptions"),
                format!("subscriptions of {id} limit 10"),
            ),
        ] {
            let reply = host.get(&path);
            assert!(
                [200, 404].contains(&reply.status),
                "{path}: {}",
                reply.text()
            );
            assert_eq!(billing.reads(), [read], "{path}");
        }
    }
}

#[test]
fn id_in_a_path_can_be_raw_utf_8() {
    let (billing, host) = billing();
    host.get("/customers/é😀");
    assert_eq!(billing.reads(), ["customer é😀"]);
}

#[test]
fn id_in_a_body_can_hold_any_character() {
    let (billing, host) = billing();
    for (id, _) in unusual_ids() {
        let body = json!({ "customerId": id, "subscriptionId": id, "scheduledAt": "immediate" });
        host.act("/subscription/cancel", body).is_done();
        let expected = Cancel::new(id.as_str(), id.as_str(), Schedule::Immediate);
        assert_eq!(billing.writes(), [Write::Cancel(expected)]);
    }
}

#[test]
fn path_must_be_percent_encoded_utf_8() {
    let (billing, host) = billing();
    for id in [
        "%FF",
        "%C3",
        "%F0%9F%98",
        "a%C0%AFb",
        "%ED%A0%80",
        "%",
        "50%",
        "%4",
        "%zz",
        "%2",
        "a%+1",
    ] {
        for path in [
            format!("/customers/{id}"),
            format!("/customers/email/{id}"),
            format!("/prices/{id}"),
            format!("/customers/cus_1/subscriptions/{id}"),
            format!("/customers/{id}/subscriptions"),
        ] {
            let message = refused(&host.get(&path), 400);
            assert_eq!(message, "the path must be percent-encoded UTF-8", "{path}");
        }
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn email_and_phone_are_found_encoded_and_raw() {
    let (_, host) = billing();
    for path in [
        "/customers/email/a+b@c.test",
        "/customers/email/a%2Bb%40c.test",
        "/customers/email/a%2bb%40c%2etest",
        "/customers/phone/+33123456789",
        "/customers/phone/%2B33123456789",
    ] {
        assert_eq!(host.get(path).document()["id"], "cus_1", "{path}");
    }
}

test_support::integration!(without_searches: prices, list_subscriptions);

#[test]
fn email_and_phone_segments_take_precedence_over_customer_ids() {
    let (billing, host) = billing();
    host.get("/customers/email/subscriptions");
    host.get("/customers/phone/subscriptions");
    assert_eq!(
        billing.reads(),
        ["email subscriptions", "phone subscriptions"]
    );

    let host = Host::serving::<without_searches::Billing>(without_searches::Billing::default());
    assert_eq!(host.get("/customers/cus_1/subscriptions").status, 200);
    for path in [
        "/customers/email/subscriptions",
        "/customers/phone/subscriptions",
        "/customers/email/a@b.test",
    ] {
        assert_eq!(
            refused(&host.get(path), 404),
            "there is no such path",
            "{path}"
        );
    }
}

#[test]
fn runtime_checks_the_customer_of_a_subscription() {
    let (billing, host) = billing();
    let reply = host.get("/customers/cus_2/subscriptions/sub_1");
    assert_eq!(refused(&reply, 404), "there is no such subscription");
    assert_eq!(billing.reads(), ["subscription sub_1 of cus_2"]);
}

// Pages

const LISTS: [&str; 6] = [
    "/customers",
    "/prices",
    "/customers/cus_1/subscriptions",
    "/coupons",
    "/products",
    "/families",
];

#[test]
fn limit_must_be_a_positive_integer() {
    let (billing, host) = billing();
    for list in LISTS {
        for limit in [
            "0",
            "-1",
            "-0",
            "2.5",
            "0.5",
            "abc",
            "s3ntin3l",
            "",
            "%20",
            "1%20",
            "NaN",
            "nan",
            "inf",
            "-inf",
            "infinity",
            "1e9",
            "1e-3",
            "0x10",
            "1,000",
            "%EF%BC%91",
            "%FF",
            "10;",
        ] {
            let message = refused(&host.get(&format!("{list}?limit={limit}")), 400);
            assert_eq!(message, "`limit` must be a whole number from 1", "{limit}");
        }
        for twice in [
            "limit=1&limit=1",
            "limit=1&limit=2",
            "limit&limit=2",
            "cursor=a&cursor=a",
        ] {
            let message = refused(&host.get(&format!("{list}?{twice}")), 400);
            assert!(message.ends_with("must be given once"), "{message}");
        }
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn limit_over_the_cap_is_capped() {
    let (billing, host) = billing();
    for (limit, capped) in [
        ("1", 1),
        ("99", 99),
        ("100", 100),
        ("101", 100),
        ("1000000000", 100),
        ("0100", 100),
        ("4294967297", 100),
        ("18446744073709551617", 100),
    ] {
        host.get(&format!("/customers?limit={limit}")).document();
        assert_eq!(
            billing.reads(),
            [format!("customers limit {capped}")],
            "{limit}"
        );
    }
}

#[test]
fn unknown_query_parameters_are_ignored() {
    let (billing, host) = billing();
    host.get("/customers?expand=s3ntin3l&Limit=0&limit=2&=&&%FF")
        .document();
    assert_eq!(billing.reads(), ["customers limit 2"]);
    host.get("/customers/cus_1?limit=0&cursor=x").document();
}

#[track_caller]
fn assert_invalid_cursor(reply: &Reply) {
    assert_eq!(
        refused(reply, 400),
        "`cursor` is not one that this list has given"
    );
}

fn next(host: Host, list: &str) -> String {
    let page = host.get(&format!("{list}?limit=1")).document();
    page["next"].as_str().unwrap().to_owned()
}

#[test]
fn altered_cursor_is_a_400() {
    let (_, host) = billing();
    for list in LISTS {
        let cursor = next(host, list);
        let mut broken = vec![
            "s3ntin3l".to_owned(),
            "0".into(),
            "%00".into(),
            "%FF".into(),
            "%F0%9F%98%80".into(),
            "==".into(),
            "AAAAAAAAAAA".into(),
            "AAAAAAAAAAAA".into(),
            "x".repeat(1024),
            format!("{cursor}A"),
            format!("{cursor}="),
            format!("{cursor}%20"),
            format!("A{cursor}"),
            cursor.to_ascii_lowercase(),
        ];
        for length in 1..cursor.len() {
            broken.push(cursor[..length].to_owned());
            broken.push(cursor[length..].to_owned());
        }
        for index in 0..cursor.len() {
            let other = if cursor.as_bytes()[index] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut changed = cursor.clone();
            changed.replace_range(index..=index, other);
            broken.push(changed);
        }
        for cursor in broken {
            assert_invalid_cursor(&host.get(&format!("{list}?cursor={cursor}")));
        }
    }
}

#[test]
fn cursor_is_bound_to_list_mode_and_customer() {
    let (_, host) = billing();
    for list in LISTS {
        let cursor = next(host, list);
        for other in LISTS {
            let reply = host.get(&format!("{other}?cursor={cursor}"));
            if other == list {
                assert_eq!(reply.status, 200, "{list}");
            } else {
                assert_invalid_cursor(&reply);
            }
        }
        let test = host
            .call("GET", format!("/churnkey{list}?cursor={cursor}"))
            .header("X-Churnkey-Mode", "test")
            .send();
        assert_invalid_cursor(&test);
    }
    let cursor = next(host, "/customers/cus_1/subscriptions");
    assert_invalid_cursor(&host.get(&format!("/customers/cus_2/subscriptions?cursor={cursor}")));
}

#[test]
fn cursor_over_1_kib_is_a_400() {
    let (billing, host) = billing();
    for cursor in [
        "x".repeat(1025),
        "x".repeat(20_000),
        "%41".repeat(1025),
        "%C3%A9".repeat(513),
    ] {
        let message = refused(&host.get(&format!("/customers?cursor={cursor}")), 400);
        assert_eq!(message, "`cursor` must be at most 1024 bytes long");
    }
    assert_eq!(billing.reads(), Vec::<String>::new());
}

#[test]
fn empty_cursor_is_the_first_page() {
    let (_, host) = billing();
    assert_eq!(
        host.get("/prices?cursor=").document(),
        host.get("/prices").document()
    );
}

// Options that are switched off

mod off {
    test_support::integration!(immediate_and_period: prices, coupons,
        cancel(schedules(immediate)), cancel_all,
        pause(start_dates(immediate), durations(period)), pause_all,
        change_price(schedules(immediate)),
        extend_trial(durations(period)));

    test_support::integration!(end_of_period_and_date: prices, coupons,
        cancel(schedules(end_of_period)), cancel_all,
        pause(start_dates(end_of_period), durations(date), allow_annual = false), pause_all,
        change_price(schedules(end_of_period), prorate = false),
        extend_trial(durations(date), multiple));

    pub(super) use end_of_period_and_date::Billing as EndOfPeriodAndDate;
    pub(super) use immediate_and_period::Billing as ImmediateAndPeriod;
}

#[test]
fn disabled_option_in_a_body_is_a_400() {
    use off::{EndOfPeriodAndDate, ImmediateAndPeriod};

    let period = json!({ "type": "period", "amount": 1, "unit": "month" });
    let date = json!({ "type": "date", "date": "2026-09-01T00:00:00.000Z" });
    let one = Arc::new(ImmediateAndPeriod::default());
    let other = Arc::new(EndOfPeriodAndDate::default());
    let hosts = [
        (
            Host::serving::<ImmediateAndPeriod>(Arc::clone(&one)),
            "immediate",
            "end-of-period",
            &period,
            &date,
            "period",
            "date",
        ),
        (
            Host::serving::<EndOfPeriodAndDate>(Arc::clone(&other)),
            "end-of-period",
            "immediate",
            &date,
            &period,
            "date",
            "period",
        ),
    ];
    for (host, on, off, duration_on, duration_off, form_on, form_off) in hosts {
        let ids = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "x" });
        let schedule_off = format!("must be `{on}`: this provider does not offer `{off}`");
        let form_off = format!("must be `{form_on}`: this provider does not offer `{form_off}`");
        let flag_off = "must be false or absent: this provider does not offer it";
        let table = [
            (
                "/subscription/cancel",
                vec![("scheduledAt", json!(on), json!(off), &schedule_off[..])],
            ),
            (
                "/customer/cancel",
                vec![("scheduledAt", json!(on), json!(off), &schedule_off)],
            ),
            (
                "/subscription/pause",
                vec![
                    ("startAt", json!(on), json!(off), &schedule_off),
                    (
                        "duration",
                        duration_on.clone(),
                        duration_off.clone(),
                        &form_off,
                    ),
                    ("allowAnnual", json!(false), json!(true), flag_off),
                ],
            ),
            (
                "/customer/pause",
                vec![
                    ("startAt", json!(on), json!(off), &schedule_off),
                    (
                        "duration",
                        duration_on.clone(),
                        duration_off.clone(),
                        &form_off,
                    ),
                    ("allowAnnual", json!(false), json!(true), flag_off),
                ],
            ),
            (
                "/subscription/change-price",
                vec![
                    ("scheduledAt", json!(on), json!(off), &schedule_off),
                    ("prorate", json!(false), json!(true), flag_off),
                ],
            ),
            (
                "/subscription/extend-trial",
                vec![(
                    "duration",
                    duration_on.clone(),
                    duration_off.clone(),
                    &form_off,
                )],
            ),
        ];
        let calls = || one.calls() + other.calls();
        for (action, fields) in table {
            let mut good = ids.clone();
            for (field, on, ..) in &fields {
                good[*field] = on.clone();
            }
            let before = calls();
            host.act(action, &good).is_done();
            assert_eq!(calls(), before + 1);
            for (field, _, off, rule) in fields {
                let mut body = good.clone();
                body[field] = off;
                let message = refused(&host.act(action, &body), 400);
                let named = if field == "duration" {
                    "duration.type"
                } else {
                    field
                };
                let expected = format!("`{named}` {rule} (keys received: ");
                assert!(message.starts_with(&expected), "{action}: {message}");
            }
            assert_eq!(calls(), before + 1, "{action}");
        }
    }
}

#[test]
fn absent_schedule_means_the_only_enabled_one() {
    let one = Arc::new(off::ImmediateAndPeriod::default());
    let other = Arc::new(off::EndOfPeriodAndDate::default());
    let hosts = [
        Host::serving::<off::ImmediateAndPeriod>(Arc::clone(&one)),
        Host::serving::<off::EndOfPeriodAndDate>(Arc::clone(&other)),
    ];
    for host in hosts {
        for (action, field) in [
            ("/subscription/cancel", "scheduledAt"),
            ("/customer/cancel", "scheduledAt"),
            ("/subscription/change-price", "scheduledAt"),
        ] {
            let mut body = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "x" });
            host.act(action, &body).is_done();
            body[field] = Value::Null;
            host.act(action, &body).is_done();
        }
    }
    assert_eq!((one.calls(), other.calls()), (6, 6));
}

#[test]
fn annual_pause_without_allow_annual_is_a_400() {
    let (billing, host) = billing();
    let body = |subscription: &str, allow: Value| {
        json!({
            "customerId": "cus_1", "subscriptionId": subscription, "startAt": "immediate",
            "duration": { "type": "period", "amount": 1, "unit": "month" }, "allowAnnual": allow,
        })
    };
    for allow in [json!(false), Value::Null] {
        let message = refused(
            &host.act("/subscription/pause", body("sub_annual", allow)),
            400,
        );
        assert_eq!(
            message,
            "`allowAnnual` must be true to pause an annual subscription"
        );
    }
    assert_eq!(billing.writes(), []);
    host.act("/subscription/pause", body("sub_annual", json!(true)))
        .is_done();
    host.act("/subscription/pause", body("sub_1", json!(false)))
        .is_done();
    assert_eq!(billing.writes().len(), 2);

    let off = Arc::new(off::ImmediateAndPeriod::default());
    let host = Host::serving::<off::ImmediateAndPeriod>(Arc::clone(&off));
    refused(
        &host.act("/subscription/pause", body("annual", json!(true))),
        400,
    );
    assert_eq!(off.calls(), 0);
}

#[test]
fn pause_of_missing_or_foreign_subscription_is_a_404() {
    let (billing, host) = billing();
    for (customer, subscription) in [
        ("cus_1", "none"),
        ("cus_2", "sub_1"),
        ("missing", "sub_annual"),
    ] {
        let body = json!({
            "customerId": customer, "subscriptionId": subscription, "startAt": "immediate",
            "duration": { "type": "period", "amount": 1, "unit": "month" },
        });
        let message = refused(&host.act("/subscription/pause", body), 404);
        assert_eq!(message, "there is no such subscription");
    }
    assert_eq!(billing.writes(), []);
}
