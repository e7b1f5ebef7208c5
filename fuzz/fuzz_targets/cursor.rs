//! Keyset cursors: a cursor leads to the next row of its own list, customer and mode; any other
//! string and a cursor of another list are a 400.

#![no_main]

use std::fmt::Debug;

use arbitrary::{Arbitrary as _, Result, Unstructured};
use churnkey::{Page, PageRequest};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use support::client::{Host, Reply, encode_segment};
use support::provider::{Answer, Everything, Given, ROWS};

thread_local! {
    static HOST: Host<Everything> = Host::default();
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let mut u = Unstructured::new(bytes);
    match walk(&mut u).and_then(|()| keys(&mut u)) {
        Ok(()) => Corpus::Keep,
        Err(_) => Corpus::Reject,
    }
});

/// A list of one customer or of all, in one mode. The customers are chosen so that an ambiguous
/// encoding of the list in a cursor's seal would be detected.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    list: String,
    mode: &'static str,
}

fn place(u: &mut Unstructured<'_>) -> Result<Place> {
    const LISTS: [&str; 5] = ["customers", "prices", "coupons", "products", "families"];
    let list = match u.int_in_range(0..=LISTS.len())? {
        0 => {
            let customer: String = u.arbitrary()?;
            let customer = if customer.is_empty() {
                "cus_1"
            } else {
                &customer
            };
            // These customer ids would make the path that of a search.
            let customer = encode_segment(customer, || 0);
            let searched = customer == "email" || customer == "phone";
            format!(
                "customers/{}/subscriptions",
                if searched { "cus_1" } else { &customer }
            )
        }
        index => LISTS[index - 1].to_owned(),
    };
    let mode = *u.choose(&["live", "test"])?;
    Ok(Place { list, mode })
}

fn get(place: &Place, limit: u64, cursor: Option<&str>) -> Reply {
    let cursor = match cursor {
        Some(cursor) => format!("&cursor={}", encode_segment(cursor, || 1)),
        None => String::new(),
    };
    let target = format!("/churnkey/{}?limit={limit}{cursor}", place.list);
    HOST.with(|host| host.get(&target, place.mode))
}

fn walk(u: &mut Unstructured<'_>) -> Result<()> {
    let home = place(u)?;
    let limit = u.int_in_range(1..=ROWS - 1)?;
    let first = get(&home, limit, None);
    let cursor = next(&first).expect("a list is longer than a page");
    check_rows(&first, 0, limit);
    check_rows(&get(&home, limit, Some(&cursor)), limit, limit);

    let elsewhere = place(u)?;
    if elsewhere != home {
        check_rejected(&get(&elsewhere, limit, Some(&cursor)));
    }
    let forged = forge(u, &cursor)?;
    if forged.is_empty() {
        check_rows(&get(&home, limit, Some(&forged)), 0, limit);
    } else {
        let reply = get(&home, limit, Some(&forged));
        // The fuzzer stores compared strings, so it also finds valid cursors of other rows.
        if reply.status != 200 || !cursors(&home).contains(&forged) {
            check_rejected(&reply);
        }
    }
    Ok(())
}

/// Returns every cursor of a list.
fn cursors(place: &Place) -> Vec<String> {
    let first = next(&get(place, 1, None));
    std::iter::successors(first, |cursor| next(&get(place, 1, Some(cursor)))).collect()
}

fn next(reply: &Reply) -> Option<String> {
    reply.document()["next"].as_str().map(str::to_owned)
}

fn check_rows(reply: &Reply, from: u64, limit: u64) {
    let document = reply.document();
    let rows = document["data"].as_array().expect("a page has data");
    let ids: Vec<_> = rows.iter().map(|row| &row["id"]).collect();
    let expected: Vec<_> = (from..ROWS.min(from + limit))
        .map(|row| Value::from(format!("row-{row}")))
        .collect();
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    let more = from + limit < ROWS;
    assert_eq!(document.get("next").is_some(), more, "{document}");
}

/// Checks for a 400, from the page request or, if the cursor is too long, before the function runs.
fn check_rejected(reply: &Reply) {
    assert_eq!(reply.status, 400, "{reply:?}");
    for call in &reply.calls {
        assert_eq!(call.answer, Answer::BadCursor, "{reply:?}");
        assert!(matches!(
            &call.given,
            Given::Read {
                page: Some((_, Some(_))),
                ..
            }
        ));
    }
}

/// Modifies a cursor, or returns an arbitrary string.
fn forge(u: &mut Unstructured<'_>, cursor: &str) -> Result<String> {
    let mut forged = cursor.as_bytes().to_vec();
    for _ in 0..u.int_in_range(1..=3)? {
        let at = u.int_in_range(0..=forged.len())?;
        match u.int_in_range(0..=5)? {
            0 => forged.truncate(at),
            1 => forged.insert(at, u.int_in_range(0..=127)?),
            2 if at < forged.len() => forged[at] = u.int_in_range(0..=127)?,
            3 if at < forged.len() => drop(forged.remove(at)),
            4 => forged.extend(forged.clone()),
            _ => forged = u.arbitrary::<String>()?.into_bytes(),
        }
    }
    Ok(String::from_utf8_lossy(&forged).into_owned())
}

/// Checks that keys of several types round-trip. A key read as another type is rejected or equal.
fn keys(u: &mut Unstructured<'_>) -> Result<()> {
    match u.int_in_range(0..=4)? {
        0 => key(i64::arbitrary(u)?),
        1 => key(<(u64, String)>::arbitrary(u)?),
        2 => key(String::arbitrary(u)?),
        3 => key(<(Option<bool>, char, u128)>::arbitrary(u)?),
        _ => {
            let float = f64::arbitrary(u)?;
            // JSON cannot represent infinities and NaN.
            if float.is_finite() {
                key(float);
            }
        }
    }
    Ok(())
}

fn key<K: Serialize + DeserializeOwned + PartialEq + Debug>(key: K) {
    let first = PageRequest::first(1);
    let page: Page<&K> = first
        .keyset(vec![&key, &key], |key| *key)
        .expect("a key is JSON");
    let cursor = page.next().expect("there is another row");
    let second = first.at(cursor);
    let after: Option<K> = second.after().expect("a cursor of this list");
    assert_eq!(after.as_ref(), Some(&key));
    if let Ok(Some(other)) = second.after::<(String, u8)>() {
        assert_eq!(serde_json::json!(other), serde_json::json!(key));
    }
}
