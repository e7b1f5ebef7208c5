//! Ids with any character, in paths and in bodies.

use churnkey::{Cancel, Schedule};
use serde_json::json;

use super::refused;
use crate::support::{Host, Write, billing};

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
