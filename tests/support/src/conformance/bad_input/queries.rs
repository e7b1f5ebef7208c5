use super::{PAUSE, assert_refused, pause_of};
use crate::conformance::Start;
use crate::conformance::client::{Client, Mode, id_of, page, subscriptions_of, text_of};
use crate::conformance::guarded::Guarded;
use crate::conformance::manifest::LISTS;
use crate::encoded;

pub fn limit_that_is_not_positive_is_a_400(start: Start) {
    let process = start();
    let mut client = Client::new(&process, Mode::Test);
    let customer = id_of(&client.page("/customers", Some(1), None).data[0]);
    let subscriptions = subscriptions_of(&customer);
    for list in LISTS.into_iter().chain([subscriptions.as_str()]) {
        for limit in [
            "0",
            "-1",
            "-1000000000",
            "abc",
            "1x7f3a",
            "7f3a",
            "1.5",
            "0x10",
            "%00",
            "%F0%9F%98%80",
            "ten",
            "%31%20%2B",
            "NaN",
            "-0",
            "00",
        ] {
            let request = client.request("GET", &format!("{list}?limit={limit}"));
            assert_refused(
                &mut client,
                &request,
                &[400],
                &[limit, "7f3a", "1000000000"],
            );
        }
    }
}

pub fn limit_beyond_the_cap_is_capped(start: Start) {
    let process = start();
    let mut client = Client::new(&process, Mode::Test);
    let expected = client.row("/customers?limit=100");
    for limit in [
        "101",
        "1000000000",
        "18446744073709551615",
        "18446744073709551616",
        "1000000000000000000000000000000",
    ] {
        let path = format!("/customers?limit={limit}");
        assert_eq!(client.row(&path), expected, "{path}");
    }
    // Some parsers accept `1e9` as a number and others do not. The page must not exceed the cap,
    // and the provider must not crash.
    let path = "/customers?limit=1e9";
    let response = client.get(path);
    if response.status == 200 {
        assert_eq!(response.json(), expected, "{path}");
    } else {
        let request = client.request("GET", path);
        assert_refused(&mut client, &request, &[400], &["1e9"]);
    }
}

pub fn invalid_cursor_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let next = client.page("/customers", Some(3), None).next;
    let next = next.expect("more than three customers");
    let long = "7f3a".repeat(257);
    let huge = "7f3a".repeat(4096);
    let garbage = [
        "gArb4ge-7f3a",
        "7f3a",
        "-1",
        "%00",
        "7f3a%00",
        "%F0%9F%98%80",
        "7f3a%ff",
        "{}",
        "[%22a%22,%22b%22]",
        "bnVsbA==",
        "W10",
        "'%20OR%20'7f3a'='7f3a",
        &long,
        &huge,
    ];
    let mut cursors: Vec<String> = garbage.map(ToOwned::to_owned).into();
    let written = encoded(&next);
    cursors.extend([
        format!("{written}7f3a"),
        format!("{written}%00"),
        format!("7f3a{written}"),
    ]);
    for list in LISTS {
        for cursor in &cursors {
            let request = client.request("GET", &format!("{list}?limit=3&cursor={cursor}"));
            if *cursor == huge {
                // The parser rejects a head over the limit, without a body.
                client.send(&request).is_unparsed(431);
            } else {
                assert_refused(&mut client, &request, &[400], &["7f3a", cursor]);
            }
        }
    }
    // A cursor with one character removed or replaced. If it can be decoded, it must lead to rows
    // of this list.
    for index in 0..next.chars().count() {
        for tampered in [without(&next, index), replaced(&next, index)] {
            assert_refused_or_harmless(&mut client, &guarded, "/customers", &tampered);
        }
    }
}

pub fn foreign_cursor_never_leaks_the_other_list(start: Start) {
    let guarded = Guarded::shared(start);
    let mut lists: Vec<String> = LISTS.map(ToOwned::to_owned).into();
    for mode in Mode::BOTH {
        for status in ["active", "trial"] {
            let subscription = guarded.subscription(mode, status, "month");
            lists.push(subscriptions_of(&text_of(subscription, "customerId")));
        }
    }
    let mut cursors = Vec::new();
    for mode in Mode::BOTH {
        let mut client = Client::new(&guarded.process, mode);
        for list in &lists {
            let response = client.get(&format!("{list}?limit=1"));
            if response.status == 200 {
                cursors.extend(page(list, &response.json()).next);
            }
        }
    }
    assert!(cursors.len() >= 8, "only {} cursors to try", cursors.len());
    for mode in Mode::BOTH {
        let mut client = Client::new(&guarded.process, mode);
        for list in &lists {
            for cursor in &cursors {
                assert_refused_or_harmless(&mut client, &guarded, list, cursor);
            }
        }
    }
}

pub fn stale_cursor_continues_after_its_row(start: Start) {
    let process = start();
    let mut client = Client::new(&process, Mode::Test);
    let all = client.walk("/customers", Some(100));
    let first = client.page("/customers", Some(3), None);
    let cursor = first.next.expect("more than three customers");
    let third = text_of(&first.data[2], "id");
    let body = serde_json::json!({"customerId": third, "scheduledAt": "immediate"});
    let canceled = client.post("/actions/customer/cancel", &body);
    assert_eq!(canceled.status, 200, "{}", canceled.text());
    for _ in 0..2 {
        let rest = client.page("/customers", Some(100), Some(&cursor));
        assert_eq!(rest.data, all[3..rest.data.len() + 3]);
    }
}

pub fn unknown_mode_is_a_400_without_effect(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let subscription = guarded.subscription(Mode::Test, "active", "month");
    let requests = [
        client.request("GET", "/features"),
        client.request("GET", "/customers"),
        client.request("POST", PAUSE).json(pause_of(subscription)),
    ];
    let modes: [&[&[u8]]; 9] = [
        &[b"staging"],
        &[b""],
        &[b"test,live"],
        &[b"test;"],
        &[b"\"test\""],
        &[b"\xff7f3a"],
        &[b"test", b"live"],
        &[b"live", b"test"],
        &[b"test", b"staging"],
    ];
    for request in requests {
        for values in modes {
            let request = values.iter().fold(
                request.clone().without("x-churnkey-mode"),
                |request, value| request.header("x-churnkey-mode", *value),
            );
            assert_refused(
                &mut client,
                &request,
                &[400],
                &["staging", "7f3a", "test,live", "test;"],
            );
            guarded.assert_kept(&mut client, subscription, &request);
        }
    }
}

/// Asserts a rejection or a valid page: a cursor is opaque, so only the provider can decide. A page
/// must belong to this list and this mode.
fn assert_refused_or_harmless(
    client: &mut Client<'_>,
    guarded: &Guarded,
    list: &str,
    cursor: &str,
) {
    let path = format!("{list}?limit=100&cursor={}", encoded(cursor));
    let response = client.get(&path);
    if response.status != 200 {
        let request = client.request("GET", &path);
        assert_refused(client, &request, &[400, 404], &[cursor]);
        return;
    }
    for row in page(&path, &response.json()).data {
        let mut own = guarded.before.list(client.mode, list);
        assert!(own.any(|known| *known == row), "{path} leaks {row}");
    }
}

fn without(text: &str, index: usize) -> String {
    let chars = text.chars().enumerate();
    chars
        .filter(|(at, _)| *at != index)
        .map(|(_, char)| char)
        .collect()
}

fn replaced(text: &str, index: usize) -> String {
    let other = |char| if char == 'A' { 'B' } else { 'A' };
    let chars = text.chars().enumerate();
    chars
        .map(|(at, char)| if at == index { other(char) } else { char })
        .collect()
}
