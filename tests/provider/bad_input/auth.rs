//! Requests without the token, or with another one.

use super::cancel_call;
use crate::support::{Billing, Host, TOKEN, bearer, billing};

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
