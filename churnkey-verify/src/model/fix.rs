//! Fixes that fit a wrong value.

use churnkey_runtime::{Currency, Timestamp};
use serde_json::Value;

use super::shape::Shape;
use super::text::{is_country, is_wordlike};

/// Words of other systems, each with the word of the protocol.
const WORDS: &[(&str, &str)] = &[
    ("trialing", "trial"),
    ("trialling", "trial"),
    ("in_trial", "trial"),
    ("cancelled", "canceled"),
    ("incomplete_expired", "canceled"),
    ("ended", "canceled"),
    ("expired", "canceled"),
    ("past_due", "unpaid"),
    ("incomplete", "unpaid"),
    ("on_hold", "paused"),
    ("monthly", "month"),
    ("annual", "year"),
    ("yearly", "year"),
    ("repeating", "recurring"),
    ("percent", "percentage"),
    ("volume", "total"),
    ("per_unit", "fixed"),
];

/// The fix for a value without parts, if the value shows what is wrong.
pub(super) fn of(shape: &Shape, value: &Value) -> Option<String> {
    match (shape, value) {
        (Shape::Currency, Value::String(text)) => {
            upper_case(text, |upper| upper.parse::<Currency>().is_ok())
        }
        (Shape::Country, Value::String(text)) => upper_case(text, is_country),
        (Shape::Moment, _) => moment(value),
        (Shape::Money, Value::Number(number)) if number.as_f64()?.fract() != 0.0 => Some(minor()),
        (Shape::Money, Value::String(text)) if text.contains('.') && is_number(text) => {
            Some(minor())
        }
        (Shape::Money | Shape::Whole | Shape::Count | Shape::Percent, Value::String(text))
            if is_number(text) =>
        {
            Some("Send a JSON number, without quotation marks.".to_owned())
        }
        (Shape::Text | Shape::Id, Value::Number(_)) => {
            Some("Send a JSON string: put the number into quotation marks.".to_owned())
        }
        (Shape::Metadata, Value::Object(_)) => {
            Some("Convert each value of the object to a string.".to_owned())
        }
        (Shape::Word(words), _) => word(words, value),
        _ => None,
    }
}

/// The fix for a word that is not one of `words`, if its meaning is known.
pub(super) fn word(words: &[&str], value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| is_wordlike(text))?;
    let lower = text.to_ascii_lowercase();
    let translated = WORDS.iter().find(|(other, _)| *other == lower);
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    let meant = [
        Some(lower.as_str()),
        translated.map(|(_, word)| *word),
        Some(singular),
    ];
    let meant = meant
        .into_iter()
        .flatten()
        .find(|meant| words.contains(meant))?;
    Some(format!("Send `{meant}` instead of `{text}`."))
}

/// The fix for a field that has another name.
pub(super) fn rename(from: &str, to: &str) -> String {
    format!("Rename `{from}` to `{to}`.")
}

/// Returns true for the name of a charge in other systems.
pub(super) fn is_charge(name: &str) -> bool {
    let plain = name.replace(['_', '-'], "").to_ascii_lowercase();
    let plain = plain.strip_suffix("decimal").unwrap_or(&plain);
    let names = [
        "unitamount",
        "unitprice",
        "flatamount",
        "amount",
        "amountoff",
        "price",
        "value",
        "cents",
    ];
    names.contains(&plain)
}

fn upper_case(text: &str, is_valid: impl Fn(&str) -> bool) -> Option<String> {
    let upper = text.to_ascii_uppercase();
    let fits = is_wordlike(text) && upper != text && is_valid(&upper);
    fits.then(|| format!("Send `{upper}` instead of `{text}`."))
}

fn moment(value: &Value) -> Option<String> {
    const MILLISECONDS: f64 = 1e11;
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok().filter(|_| is_number(text)),
        _ => None,
    };
    if let Some(number) = number {
        let unit = if number >= MILLISECONDS {
            "milliseconds"
        } else {
            "seconds"
        };
        return Some(format!(
            "Convert the Unix time in {unit} to a string such as `2026-05-01T00:00:00.000Z`."
        ));
    }
    let midnight = format!("{}T00:00:00.000Z", value.as_str()?);
    let fits = midnight.parse::<Timestamp>().is_ok();
    fits.then(|| format!("Add a time and a time zone: `{midnight}`."))
}

fn minor() -> String {
    "Send a whole number of minor units: 19.00 USD is `1900`.".to_owned()
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse::<f64>().is_ok()
}
