use serde_json::json;

use super::{PAUSE, actions, assert_refused, pause_of, refuse_request};
use crate::conformance::Start;
use crate::conformance::client::{Mode, id_of, subscriptions_of, text_of};
use crate::conformance::guarded::Guarded;
use crate::conformance::manifest::LISTS;
use crate::{Request, encoded};

/// Returns ids that every client can send but no object has.
fn unusual_ids() -> Vec<String> {
    let long = "7f3a".repeat(1024);
    let odd = [
        "a/b-7f3a",
        "/7f3a",
        "7f3a/",
        "../7f3a",
        "../../churnkey/features",
        "7f3a%",
        "7f3a%2F",
        "100%25-7f3a",
        "a+b-7f3a",
        "a b-7f3a",
        "a@b-7f3a",
        "?limit=1&x=7f3a",
        "#7f3a",
        "7f3a;--",
        "' OR '7f3a'='7f3a",
        "%_7f3a",
        "\"7f3a\\",
        "7f3a-😀",
        "7f3a-ñ",
        "7f3a-n\u{303}",
        "\u{202e}7f3a",
        "7f3a\0",
        "\u{0}7f3a",
        "7f3a\r\nx: y",
        "7f3a\u{7f}",
        long.as_str(),
    ];
    odd.map(ToOwned::to_owned).into()
}

pub fn unusual_id_in_a_path_is_not_found(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let customer = text_of(
        guarded.subscription(Mode::Test, "active", "month"),
        "customerId",
    );
    let subscriptions = subscriptions_of(&customer);
    let mut lists = LISTS.to_vec();
    lists.extend(["/customers/email", "/customers/phone", &subscriptions]);
    for id in unusual_ids() {
        let written = encoded(&id);
        for list in &lists {
            let request = client.request("GET", &format!("{list}/{written}"));
            assert_refused(
                &mut client,
                &request,
                &[404],
                &[&id, &written, "7f3a", &customer],
            );
        }
        let request = client.request("GET", &format!("/customers/{written}/subscriptions/7f3a"));
        assert_refused(&mut client, &request, &[404], &[&id, &written, "7f3a"]);
        // The protocol page does not say whether the list of an unknown customer is empty or a 404.
        let list = format!("/customers/{written}/subscriptions");
        let response = client.get(&list);
        if response.status == 200 {
            assert_eq!(response.json(), json!({"data": []}), "{list}");
        } else {
            let request = client.request("GET", &list);
            assert_refused(&mut client, &request, &[404], &["7f3a"]);
        }
    }
}

pub fn unknown_email_or_phone_is_a_404(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let paths = [
        "email/a+b@c.test",
        "email/a%2Bb%40c.test",
        "email/a%2bb@c.test",
        "email/a%20b@c.test",
        "email/%22a%20b%22@c.test",
        "email/%C3%BCmlaut@c.test",
        "phone/+33155500000000",
        "phone/%2B33155500000000",
        "phone/%2b33%201%2055",
        "phone/tel:+3315550",
    ];
    for path in paths {
        let request = client.request("GET", &format!("/customers/{path}"));
        assert_refused(
            &mut client,
            &request,
            &[404],
            &["c.test", "c%2etest", "3315550", "mlaut"],
        );
    }
}

pub fn unencoded_id_is_accepted_as_http_allows(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let ids = ["7f3a-😀", "7f3a@b+c", "7f3a-ñ", "7f3a:;,=!$&'()*~"];
    for list in [
        "/customers",
        "/prices",
        "/customers/email",
        "/customers/phone",
    ] {
        for id in ids {
            let request = client.request("GET", &format!("{list}/{id}"));
            assert_refused(&mut client, &request, &[404], &["7f3a"]);
        }
        // These bytes are invalid in a request line, so the HTTP layer responds before any path is
        // matched.
        for bytes in [b"7f3a\0".as_slice(), b"\x01", b"\x7f", b"\xff"] {
            let target = [b"/churnkey", list.as_bytes(), b"/", bytes].concat();
            let request = Request::new("GET", target)
                .header("authorization", format!("Bearer {}", guarded.process.token))
                .header("x-churnkey-mode", "test");
            let response = client.send(&request);
            assert!(
                [400, 404].contains(&response.status),
                "{}: {response:?}",
                request
            );
            assert!(!response.text().contains("7f3a"), "{response:?}");
        }
    }
}

pub fn undecodable_path_is_rejected_without_a_500(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for list in [
        "/customers",
        "/prices",
        "/customers/email",
        "/customers/phone",
    ] {
        for written in [
            "%",
            "7f3a%",
            "7f3a%z",
            "%zz7f3a",
            "7f3a%ff",
            "%C37f3a",
            "%ED%A0%807f3a",
            "7f3a%C0%AF",
        ] {
            let request = client.request("GET", &format!("{list}/{written}"));
            assert_refused(&mut client, &request, &[400, 404], &["7f3a"]);
            let request = request.without("authorization");
            assert_refused(&mut client, &request, &[401], &["7f3a"]);
        }
    }
}

pub fn unusual_id_in_a_body_is_not_found(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let subscription = guarded.subscription(Mode::Test, "active", "month");
    let mut ids = unusual_ids();
    // A pattern or a wildcard is treated like any other string.
    ids.extend(["%", "*", "_", "7f3a", " "].map(ToOwned::to_owned));
    let own = [id_of(subscription), text_of(subscription, "customerId")];
    ids.extend(
        own.iter()
            .flat_map(|id| [format!("{id}\0"), format!(" {id}"), id.to_uppercase()]),
    );
    for id in ids {
        for field in ["customerId", "subscriptionId"] {
            let mut body = pause_of(subscription);
            body[field] = json!(id);
            let request = client.request("POST", PAUSE).json(&body);
            assert_refused(
                &mut client,
                &request,
                &[404],
                &["7f3a", &id, &own[0], &own[1]],
            );
            guarded.assert_kept(&mut client, subscription, &request);
        }
        for path in ["apply-coupon", "change-price"] {
            let body = json!({
                "customerId": subscription["customerId"], "subscriptionId": subscription["id"],
                "id": id, "scheduledAt": "immediate",
            });
            let path = format!("/actions/subscription/{path}");
            let request = client.request("POST", &path).json(&body);
            assert_refused(
                &mut client,
                &request,
                &[400, 404],
                &["7f3a", &id, &own[0], &own[1]],
            );
            guarded.assert_kept(&mut client, subscription, &request);
        }
    }
}

pub fn actions_on_foreign_subscriptions_are_a_404(start: Start) {
    let guarded = Guarded::shared(start);
    for (path, right, watched) in actions(&guarded) {
        if right.get("subscriptionId").is_none() {
            continue;
        }
        let mut client = guarded.client();
        let owner = &right["customerId"];
        let other = guarded
            .before
            .list(Mode::Test, "/customers")
            .find(|row| row["id"] != *owner)
            .expect("two customers");
        let mut body = right.clone();
        body["customerId"] = other["id"].clone();
        let request = client.request("POST", path).json(&body);
        refuse_request(
            &guarded,
            &mut client,
            &request,
            &[404],
            watched,
            &[&id_of(other)],
        );
        // In the other mode neither the customer nor the subscription exists.
        let request = client
            .request("POST", path)
            .without("x-churnkey-mode")
            .json(&right);
        refuse_request(&guarded, &mut client, &request, &[404], watched, &[]);
    }
    for (path, right, watched) in actions(&guarded) {
        let mut client = guarded.client();
        let mut body = right.clone();
        body["customerId"] = json!("missing-7f3a");
        let request = client.request("POST", path).json(&body);
        refuse_request(&guarded, &mut client, &request, &[404], watched, &[]);
        let request = client
            .request("POST", path)
            .without("x-churnkey-mode")
            .json(&right);
        refuse_request(&guarded, &mut client, &request, &[404], watched, &[]);
    }
}
