//! Reading a duration in every plausible spelling (**assumed**).

use std::borrow::Cow;

use churnkey_protocol::spelling::{
    AMOUNT, COUNTS, DATE, DATE_WORD, KIND, NESTED, PERIOD_WORD, UNIT, UNITS,
};
use serde_json::Value;

use super::{InvalidDuration, OfferDuration};
use crate::json::{Json, Object};
use crate::model::time_unit::TimeUnit;
use crate::model::timestamp::Timestamp;

/// Units in the order of [`UNITS`] and [`COUNTS`].
const TIME_UNITS: [TimeUnit; 4] = [
    TimeUnit::Day,
    TimeUnit::Week,
    TimeUnit::Month,
    TimeUnit::Year,
];

/// The first epoch milliseconds that are read, in the year 1973. Smaller numbers are seconds, or an
/// amount without its unit.
pub(super) const MIN_MILLIS: i64 = 100_000_000_000;

/// The last millisecond of the year 9999.
pub(super) const MAX_MILLIS: i64 = 253_402_300_799_999;

enum Kind {
    Period,
    Date,
}

impl OfferDuration {
    /// Reads a duration from JSON.
    ///
    /// Every spelling of [`churnkey_protocol::spelling`] is read, because the guide does not give
    /// the names of the fields (**assumed**). The kind may be left out where the fields fit one
    /// kind only; fields of both kinds are an error.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(value: &Value) -> Result<Self, InvalidDuration> {
        Self::read(&value.into())
    }

    /// Reads a duration from the body of an action.
    pub(crate) fn read(value: &Json<'_>) -> Result<Self, InvalidDuration> {
        let Json::Object(fields) = value else {
            return fault("", "must be an object");
        };
        match kind(fields)? {
            Kind::Period => period(fields),
            Kind::Date => date(fields),
        }
    }
}

fn fault<T>(field: impl Into<Cow<'static, str>>, rule: &'static str) -> Result<T, InvalidDuration> {
    let field = field.into();
    Err(InvalidDuration { field, rule })
}

/// The kind by its name and by the fields, which must agree. `value` fits both kinds.
fn kind(fields: &Object<'_>) -> Result<Kind, InvalidDuration> {
    let given = |name: &&str| *name != "value" && fields.get(name).is_some();
    let counted = |name: &&str| {
        fields
            .get(name)
            .is_some_and(|count| number(count) != Some(0.0))
    };
    let period =
        AMOUNT.iter().chain(UNIT).chain([&NESTED]).any(given) || COUNTS.iter().any(counted);
    let date = DATE.iter().any(given);
    if period && date {
        return fault("", "must be a period or a date, not both");
    }
    match named_kind(fields)? {
        Some(Kind::Period) if date => fault("", "must be a date, or have the fields of a period"),
        Some(Kind::Date) if period => fault("", "must be a period, or have the fields of a date"),
        Some(kind) => Ok(kind),
        None if period => Ok(Kind::Period),
        None if date || fields.get("value").is_some() => Ok(Kind::Date),
        None => fault(KIND[0], "must be period or date"),
    }
}

fn named_kind(fields: &Object<'_>) -> Result<Option<Kind>, InvalidDuration> {
    let named = one_of(fields, "", KIND, "must be period or date", |value| {
        let word = value.as_str()?;
        if word.eq_ignore_ascii_case(PERIOD_WORD.wire) {
            Some(false)
        } else {
            word.eq_ignore_ascii_case(DATE_WORD.wire).then_some(true)
        }
    })?;
    Ok(named.map(|is_date| if is_date { Kind::Date } else { Kind::Period }))
}

/// Reads a value that may stand under several names. Two that differ are a fault.
fn one_of<T: PartialEq>(
    fields: &Object<'_>,
    prefix: &'static str,
    names: &'static [&'static str],
    rule: &'static str,
    read: impl Fn(&Json<'_>) -> Option<T>,
) -> Result<Option<T>, InvalidDuration> {
    let mut found = None;
    for name in names {
        let Some(value) = fields.get(name) else {
            continue;
        };
        let Some(value) = read(value) else {
            return fault(under(prefix, name), rule);
        };
        if found.as_ref().is_some_and(|found| *found != value) {
            return fault(
                under(prefix, name),
                "must be the same as under its other name",
            );
        }
        found = Some(value);
    }
    Ok(found)
}

fn under(prefix: &'static str, name: &'static str) -> Cow<'static, str> {
    match prefix {
        "" => name.into(),
        prefix => format!("{prefix}.{name}").into(),
    }
}

fn period(fields: &Object<'_>) -> Result<OfferDuration, InvalidDuration> {
    let mut lengths = Vec::new();
    add_lengths(&mut lengths, fields, "")?;
    match fields.get(NESTED) {
        None => {}
        Some(Json::Object(_)) if !lengths.is_empty() => return fault("", ONE_LENGTH),
        Some(Json::Object(nested)) => add_lengths(&mut lengths, nested, NESTED)?,
        Some(_) => return fault(NESTED, "must be an object"),
    }
    match lengths[..] {
        [(amount, unit)] => Ok(OfferDuration::Period { amount, unit }),
        [] => fault(AMOUNT[0], WHOLE_NUMBER),
        _ => fault("", ONE_LENGTH),
    }
}

const ONE_LENGTH: &str = "must have one length only";
const WHOLE_NUMBER: &str = "must be a whole number from 1";
const TIME_UNIT: &str = "must be day, week, month or year";

/// Adds the length of an amount with its unit, and of each count that is not zero.
fn add_lengths(
    lengths: &mut Vec<(u32, TimeUnit)>,
    fields: &Object<'_>,
    prefix: &'static str,
) -> Result<(), InvalidDuration> {
    let amount = one_of(fields, prefix, AMOUNT, WHOLE_NUMBER, whole_number)?;
    let unit = one_of(fields, prefix, UNIT, TIME_UNIT, unit)?;
    match (amount, unit) {
        (Some(amount), Some(unit)) => lengths.push((amount, unit)),
        (Some(_), None) => return fault(under(prefix, UNIT[0]), TIME_UNIT),
        (None, Some(_)) => return fault(under(prefix, AMOUNT[0]), WHOLE_NUMBER),
        (None, None) => {}
    }
    for (name, unit) in COUNTS.iter().zip(TIME_UNITS) {
        let Some(count) = fields.get(name) else {
            continue;
        };
        if number(count) == Some(0.0) {
            continue;
        }
        match whole_number(count) {
            Some(count) => lengths.push((count, unit)),
            None => return fault(under(prefix, name), "must be a whole number"),
        }
    }
    Ok(())
}

fn unit(value: &Json<'_>) -> Option<TimeUnit> {
    let word = value.as_str()?;
    let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
    let index = UNITS
        .iter()
        .position(|unit| unit.eq_ignore_ascii_case(singular))?;
    Some(TIME_UNITS[index])
}

fn whole_number(value: &Json<'_>) -> Option<u32> {
    let number = number(value)?;
    // Below 2^53 a double is exact, and the cast is.
    (1.0..=f64::from(u32::MAX))
        .contains(&number)
        .then_some(number as u32)
}

/// A number without a fraction, from 0. JSON has one kind of number: 2, 2.0 and 2e0 are the same. A
/// string is a number if it is digits, at most nine without leading zeros, or digits and `.0`.
fn number(value: &Json<'_>) -> Option<f64> {
    match value {
        Json::Number(number) => {
            Some(*number).filter(|number| *number >= 0.0 && number.fract() == 0.0)
        }
        Json::String(text) => {
            let (digits, zeros) = text.split_once('.').unwrap_or((text, "0"));
            let significant = digits.trim_start_matches('0');
            let plain = !digits.is_empty()
                && !zeros.is_empty()
                && significant.len() <= 9
                && significant.bytes().all(|byte| byte.is_ascii_digit())
                && zeros.bytes().all(|byte| byte == b'0');
            plain.then(|| significant.parse().unwrap_or(0.0))
        }
        _ => None,
    }
}

fn date(fields: &Object<'_>) -> Result<OfferDuration, InvalidDuration> {
    const RULE: &str = "must be an RFC 3339 date-time, a date or epoch milliseconds";
    match one_of(fields, "", DATE, RULE, moment)? {
        Some(date) => Ok(OfferDuration::Date(date)),
        None => fault(DATE[0], RULE),
    }
}

fn moment(value: &Json<'_>) -> Option<Timestamp> {
    match value {
        Json::String(text) => match text.len() {
            10 => format!("{text}T00:00:00Z").parse().ok(),
            12..=14 if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                from_millis(text.parse().ok()?)
            }
            _ => text.parse().ok(),
        },
        // The range is that of exact doubles.
        Json::Number(number) if number.fract() == 0.0 => from_millis(*number as i64),
        _ => None,
    }
}

fn from_millis(millis: i64) -> Option<Timestamp> {
    let plausible = (MIN_MILLIS..=MAX_MILLIS).contains(&millis);
    plausible.then(|| Timestamp::from_unix_millis(millis))?
}

#[cfg(test)]
mod tests;
