//! Limits and cursors.

use super::refused;
use crate::support::{Host, Reply, billing};

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
