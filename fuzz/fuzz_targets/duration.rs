//! Durations: a line with the date of the start, then JSON. Compares validity, serialisation and
//! end with the reference implementation.

#![no_main]

use churnkey::validate::Validate as _;
use churnkey::{OfferDuration, Timestamp};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use support::client::SENTINEL;
use support::{bodies, reference};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((start, document)) = read(bytes) else {
        return Corpus::Reject;
    };
    let ours = OfferDuration::from_json(&document);
    let theirs = reference::duration(&document);
    assert_eq!(ours.as_ref().ok().copied().map(plain), theirs, "{document}");
    let deserialised = serde_json::from_value::<OfferDuration>(document.clone());
    let duration = match (ours, deserialised) {
        (Ok(duration), Ok(other)) => {
            assert_eq!(duration, other);
            duration
        }
        (Err(fault), Err(other)) => {
            assert_eq!(fault.to_string(), other.to_string());
            assert!(!fault.to_string().contains(SENTINEL), "{fault}");
            return Corpus::Keep;
        }
        (ours, deserialised) => panic!("{ours:?} but {deserialised:?}"),
    };

    assert_eq!(duration.validate(), Ok(()));
    let written = serde_json::to_value(duration).expect("a duration is JSON");
    assert_eq!(written, bodies::duration(duration));
    assert_eq!(OfferDuration::from_json(&written), Ok(duration));

    let end = match duration {
        OfferDuration::Period { amount, unit } => {
            let later = reference::later(start.unix_millis(), amount, bodies::word(unit));
            assert_eq!(start.plus(amount, unit).map(Timestamp::unix_millis), later);
            later
        }
        OfferDuration::Date(date) => Some(date.unix_millis()),
    };
    let end = end.filter(|end| *end > start.unix_millis());
    assert_eq!(duration.end_from(start).map(Timestamp::unix_millis), end);
    Corpus::Keep
});

fn read(bytes: &[u8]) -> Option<(Timestamp, Value)> {
    let (start, document) = std::str::from_utf8(bytes).ok()?.split_once('\n')?;
    Some((start.parse().ok()?, serde_json::from_str(document).ok()?))
}

fn plain(duration: OfferDuration) -> reference::Duration {
    match duration {
        OfferDuration::Period { amount, unit } => {
            reference::Duration::Period(amount, bodies::word(unit).to_owned())
        }
        OfferDuration::Date(date) => reference::Duration::Date(date.unix_millis()),
    }
}
