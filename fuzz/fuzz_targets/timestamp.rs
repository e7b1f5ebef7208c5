//! Dates: compares validity and value with a parser written from RFC 3339 and with chrono.

#![no_main]

use chrono::{DateTime, SecondsFormat};
use churnkey::Timestamp;
use libfuzzer_sys::{Corpus, fuzz_target};
use support::reference::{MILLIS, rfc_3339};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Corpus::Reject;
    };
    let read = text.parse::<Timestamp>().ok();
    assert_eq!(read.map(Timestamp::unix_millis), rfc_3339(text));
    let json = serde_json::to_string(text).expect("text is JSON");
    assert_eq!(serde_json::from_str(&json).ok(), read);
    if let Some(read) = read {
        compare_with_chrono(read, text);
        check(read);
    }
    if let Ok(number) = text.parse() {
        check_unix_time(number);
    }
    Corpus::Keep
});

/// Compares only the value: chrono also accepts invalid dates, such as one with a Unicode minus.
fn compare_with_chrono(read: Timestamp, text: &str) {
    let theirs = DateTime::parse_from_rfc3339(text).expect("chrono takes every RFC 3339 date");
    // chrono continues to count within a leap second, which Unix time cannot represent.
    let expected = match theirs.timestamp_subsec_nanos() >= 1_000_000_000 {
        true => theirs.timestamp() * 1000 + 999,
        false => theirs.timestamp_millis(),
    };
    assert_eq!(read.unix_millis(), expected);
}

/// Checks that a timestamp is written in the protocol's format and round-trips.
fn check(moment: Timestamp) {
    let written = moment.to_string();
    let theirs =
        DateTime::from_timestamp_millis(moment.unix_millis()).expect("within chrono's range");
    assert_eq!(written, theirs.to_rfc3339_opts(SecondsFormat::Millis, true));
    assert_eq!(written.len(), "2026-05-01T00:00:00.000Z".len());
    assert_eq!(written.parse(), Ok(moment));
    assert_eq!(
        Timestamp::from_unix_millis(moment.unix_millis()),
        Some(moment)
    );
    assert_eq!(moment.unix_seconds(), theirs.timestamp());
}

fn check_unix_time(number: i64) {
    let millis = Timestamp::from_unix_millis(number);
    assert_eq!(
        millis.map(Timestamp::unix_millis),
        Some(number).filter(|it| MILLIS.contains(it))
    );
    let seconds = Timestamp::from_unix_seconds(number);
    let as_millis = number.checked_mul(1000).filter(|it| MILLIS.contains(it));
    assert_eq!(seconds.map(Timestamp::unix_millis), as_millis);
    millis.into_iter().chain(seconds).for_each(check);
}
