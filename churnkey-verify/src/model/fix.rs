//! Fixes that fit a wrong value.

use churnkey_runtime::{Currency, Timestamp};
use serde_json::Value;

use super::alike::is_other_case;
use super::shape::Shape;
use super::text::{is_country, is_wordlike, one_of};

/// Words of other systems, each with the word of the protocol.
const WORDS: &[(&str, &str)] = &[
    ("trialing", "trial"),
    ("trialling", "trial"),
    ("in_trial", "trial"),
    ("cancelled", "canceled"),
    ("incomplete_expired", "canceled"),
    ("ended", "canceled"),
    ("expired", "canceled"),
    ("on_hold", "paused"),
    ("monthly", "month"),
    ("annual", "year"),
    ("yearly", "year"),
    ("repeating", "recurring"),
    ("percent", "percentage"),
    ("volume", "total"),
    ("per_unit", "fixed"),
];

/// Words of other systems without a counterpart in the protocol, each with the nearest word.
const NEAREST: &[(&str, &str)] = &[
    ("past_due", "unpaid"),
    ("overdue", "unpaid"),
    ("incomplete", "unpaid"),
];

/// The fix for a required field that is `null`.
pub(super) const NULL: &str = "Send a value. The field is required, and `null` counts as absent.";

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
        (Shape::Whole, Value::String(text)) if text.starts_with("inf") => {
            Some("Omit the field where there is no limit.".to_owned())
        }
        (Shape::Percent, Value::String(_)) => {
            Some("Send a JSON number, such as 20 for 20 %.".to_owned())
        }
        (Shape::Id, Value::String(text)) if text.is_empty() => {
            Some("Send a non-empty string, or omit the field if it is optional.".to_owned())
        }
        (Shape::Metadata, Value::Array(_)) => {
            Some("Send an object of strings, and `{}` or no field if it is empty.".to_owned())
        }
        (Shape::Metadata, Value::Object(_)) => {
            Some("Convert each value of the object to a string.".to_owned())
        }
        (Shape::Word(words), _) => word(words, value),
        _ => None,
    }
}

/// The fix for a word that is not one of `words`, if its meaning is known.
pub(crate) fn word(words: &[&str], value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| is_wordlike(text))?;
    let lower = text.to_ascii_lowercase();
    if let Some((_, nearest)) = NEAREST.iter().find(|(other, _)| *other == lower)
        && words.contains(nearest)
    {
        return Some(format!(
            "The protocol has no `{text}`. The nearest word is `{nearest}`: check that it fits."
        ));
    }
    let translated = WORDS.iter().find(|(other, _)| *other == lower);
    let singular = lower.strip_suffix('s').unwrap_or(&lower);
    let meant = [
        Some(lower.as_str()),
        translated.map(|(_, word)| *word),
        Some(singular),
    ];
    let known = |meant: &&str| words.contains(meant);
    let meant = meant.into_iter().flatten().find(known);
    let meant = meant.or_else(|| {
        let mut words = words.iter().copied();
        words.find(|word| is_other_case(word, text))
    });
    Some(match meant {
        Some(meant) => format!("Send `{meant}` instead of `{text}`."),
        None if words == ["month", "year"] => {
            "Send the billing cycle in months or years. The protocol has no shorter one.".to_owned()
        }
        None => format!("Send {}.", one_of(words)),
    })
}

/// The fix for a value in place of an object.
pub(super) fn object(shape: &Shape, value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| is_wordlike(text));
    Some(match shape {
        Shape::Union {
            tag: "name",
            members,
            ..
        } => {
            let word = text.filter(|text| members.iter().any(|(name, _)| name == text));
            let word = word.unwrap_or("active");
            format!("Send an object with the status in `name`: `{{\"name\": \"{word}\"}}`.")
        }
        Shape::Union {
            tag: "type",
            members,
            ..
        } if text.is_some() => {
            let word = text.filter(|text| members.iter().any(|(name, _)| name == text));
            let word = word.unwrap_or(members[0].0);
            format!("Send an object with the word in `type`: `{{\"type\": \"{word}\"}}`.")
        }
        Shape::Union { tag: "model", .. } => "Send an object with the currency and the charge in \
             minor units: `{\"model\": \"fixed\", \"currency\": \"USD\", \"unit\": 1900}`."
            .to_owned(),
        Shape::Object(fields) => {
            let names: Vec<_> = fields.iter().map(|field| field.name).collect();
            match names.as_slice() {
                ["amount", "unit"] => {
                    "Send an object: `{\"amount\": 1, \"unit\": \"month\"}`.".to_owned()
                }
                names => format!("Send an object with {}.", one_of(names)),
            }
        }
        _ => return None,
    })
}

/// The fix for a value in place of a list.
pub(super) fn list(value: &Value) -> String {
    let mut fields = value.as_object().into_iter().flatten();
    match fields.find(|(_, value)| value.is_array()) {
        Some((name, _)) => format!(
            "Send the list of `{}` itself.",
            crate::printable::tame(name)
        ),
        None => "Send a list, also for one item or none.".to_owned(),
    }
}

/// The fix for a rule about several fields.
pub(super) fn of_rule(rule: &str) -> Option<String> {
    let fix = match rule {
        "must be absent from the last tier" => {
            "Omit `upTo` in the last tier, which has no upper limit."
        }
        "must be set on every tier but the last" => {
            "Send `upTo` in every tier but the last, as the last quantity of the tier."
        }
        _ => return None,
    };
    Some(fix.to_owned())
}

/// The fix for a field that has another name.
pub(super) fn rename(from: &str, to: &str) -> String {
    match is_other_case(to, from) {
        true => format!(
            "Rename `{from}` to `{to}`. {}",
            crate::report::group::CAMEL_CASE
        ),
        false => format!("Rename `{from}` to `{to}`."),
    }
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
    let with_zone = format!("{}Z", value.as_str()?);
    if with_zone.parse::<Timestamp>().is_ok() {
        return Some(format!("Add the time zone: `{with_zone}` for UTC."));
    }
    let midnight = format!("{}T00:00:00.000Z", value.as_str()?);
    Some(match midnight.parse::<Timestamp>().is_ok() {
        true => format!("Add a time and a time zone: `{midnight}`."),
        false => "Send the date in RFC 3339, such as `2026-05-01T00:00:00.000Z`.".to_owned(),
    })
}

fn minor() -> String {
    "Send a whole number of minor units: 19.00 USD is `1900`.".to_owned()
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse::<f64>().is_ok()
}
