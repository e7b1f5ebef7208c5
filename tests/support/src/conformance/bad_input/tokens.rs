use serde_json::json;

use super::{PAUSE, assert_refused, pause_of};
use crate::conformance::Start;
use crate::conformance::client::{Client, Mode, id_of};
use crate::conformance::guarded::Guarded;
use crate::conformance::manifest::LISTS;
use crate::{Request, encoded};

/// Returns requests of all kinds from a client that sends valid requests.
fn requests(client: &Client<'_>, guarded: &Guarded) -> Vec<Request> {
    let subscription = guarded.subscription(Mode::Test, "active", "month");
    let customer = subscription["customerId"].as_str().unwrap_or_default();
    let paths = [
        "/features".to_owned(),
        "/customers?limit=3".to_owned(),
        format!("/customers/{}", encoded(customer)),
        format!(
            "/customers/{}/subscriptions/{}",
            encoded(customer),
            encoded(&id_of(subscription))
        ),
        "/customers/missing-7f3a".to_owned(),
        "/nothing-7f3a".to_owned(),
        "/customers?limit=abc".to_owned(),
    ];
    let mut requests: Vec<_> = paths
        .iter()
        .map(|path| client.request("GET", path))
        .collect();
    requests.push(client.request("POST", PAUSE).json(pause_of(subscription)));
    requests.push(client.request("POST", PAUSE).json(json!({"customerId": 7})));
    requests.push(client.request("DELETE", "/customers"));
    requests.push(
        client
            .request("GET", "/features")
            .without("x-churnkey-mode")
            .header("x-churnkey-mode", "staging"),
    );
    requests
}

pub fn unauthenticated_requests_get_the_same_401(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let token = guarded.process.token.clone();
    let (shorter, half) = (&token[..token.len() - 1], &token[..token.len() / 2]);
    let mut wrong: Vec<Option<String>> = [
        "".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer wrong-7f3a".to_owned(),
        "wrong-7f3a".to_owned(),
        format!("Bearer {shorter}"),
        format!("Bearer {half}"),
        format!("Bearer {}", &token[1..]),
        shorter.to_owned(),
        format!("Bearer {token}x"),
        format!("{token}x"),
        format!("Bearer {token} {token}"),
        format!("Bearer {token},"),
        format!("Bearer \"{token}\""),
        format!("Bearer:{token}"),
        format!("Bearer{token}"),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("Digest {token}"),
        format!("Bearer {}", token.to_uppercase()),
        format!("Bearer {}", token.to_lowercase()),
        token.to_uppercase(),
        format!("Bearer {}", "7f".repeat(2048)),
    ]
    .map(Some)
    .into();
    wrong.push(None);
    for request in requests(&client, &guarded) {
        for header in &wrong {
            let request = request.clone().without("authorization");
            let request = match header {
                Some(value) => request.header("authorization", value.as_str()),
                None => request,
            };
            let response = assert_refused(&mut client, &request, &[401], &[half]);
            assert_eq!(
                response.json(),
                json!({"code": 401, "message": "Unauthorized"}),
                "{}",
                request
            );
        }
        // Not UTF-8.
        let request = request.without("authorization");
        let request = request.header(
            "authorization",
            [b"Bearer \xff\xfe", token.as_bytes()].concat(),
        );
        assert_refused(&mut client, &request, &[401], &[]);
    }
}

pub fn scheme_is_case_insensitive_and_optional(start: Start) {
    let process = start();
    let mut client = Client::new(&process, Mode::Test);
    let token = &process.token;
    let expected = client.row("/customers");
    for scheme in ["Bearer ", "bearer ", "BEARER ", "bEaReR ", ""] {
        let request = client
            .request("GET", "/customers")
            .without("authorization")
            .header("Authorization", format!("{scheme}{token}"));
        let response = client.send(&request);
        assert_eq!(response.status, 200, "`{scheme}`");
        assert_eq!(response.json(), expected, "`{scheme}`");
    }
}

pub fn unknown_path_is_a_404_or_unauthenticated_a_401(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let customer = id_of(guarded.subscription(Mode::Test, "active", "month"));
    let below = format!("/customers/{}/payments-7f3a", encoded(&customer));
    let paths = [
        "",
        "/",
        "/nothing-7f3a",
        "/invoices",
        "/feature",
        "/features/7f3a",
        "/Customers",
        "/actions",
        "/actions/cancel",
        "/actions/subscription",
        "/actions/subscription/explode-7f3a",
        "/actions/customer/apply-coupon",
        "/prices/a/b-7f3a",
        "/%",
        "/%zz7f3a",
        &below,
    ];
    for path in paths {
        for method in ["GET", "POST", "DELETE", "BREW"] {
            let request = client.request(method, path);
            assert_refused(&mut client, &request, &[404], &["7f3a", path, "BREW"]);
            let request = request.without("authorization");
            assert_refused(&mut client, &request, &[401], &["7f3a", path, "BREW"]);
        }
    }
}

pub fn wrong_method_is_a_405_without_effect(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let subscription = guarded.subscription(Mode::Test, "active", "month");
    let body = pause_of(subscription);
    let customer = encoded(subscription["customerId"].as_str().unwrap_or_default());
    let mut reads: Vec<String> = [
        "/features",
        "/prices/7f3a",
        "/customers/email/a@7f3a.test",
        "/customers/phone/+337f3a",
    ]
    .map(ToOwned::to_owned)
    .into();
    reads.extend(LISTS.map(ToOwned::to_owned));
    reads.push(format!("/customers/{customer}"));
    reads.push(format!("/customers/{customer}/subscriptions"));
    reads.push(format!(
        "/customers/{customer}/subscriptions/{}",
        encoded(&id_of(subscription))
    ));
    for path in reads {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let request = client.request(method, &path).json(&body);
            assert_refused(&mut client, &request, &[405], &["7f3a", "BREW"]);
        }
    }
    let actions = [
        "subscription/cancel",
        "subscription/pause",
        "subscription/apply-coupon",
        "subscription/change-price",
        "subscription/extend-trial",
        "customer/cancel",
        "customer/pause",
    ];
    for path in actions {
        for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let request = client
                .request(method, &format!("/actions/{path}"))
                .json(&body);
            assert_refused(&mut client, &request, &[405], &["BREW"]);
        }
    }
}
