//! An independent implementation of dates and durations, written from the standards.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde_json::{Map, Value};

/// The first and the last millisecond of the years 0000 to 9999.
pub const MILLIS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// Parses an RFC 3339 date-time of the years 0000 to 9999 to milliseconds since 1970, rounded down.
/// A leap second counts as the second before it.
pub fn rfc_3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let mut rest = bytes;
    let year = digits(&mut rest, 4)?;
    one_of(&mut rest, b"-")?;
    let month = digits(&mut rest, 2)?;
    one_of(&mut rest, b"-")?;
    let day = digits(&mut rest, 2)?;
    one_of(&mut rest, b"Tt ")?;
    let hour = digits(&mut rest, 2).filter(|hour| *hour < 24)?;
    one_of(&mut rest, b":")?;
    let minute = digits(&mut rest, 2).filter(|minute| *minute < 60)?;
    one_of(&mut rest, b":")?;
    let second = digits(&mut rest, 2).filter(|second| *second <= 60)?;
    let mut fraction = Vec::new();
    if one_of(&mut rest, b".").is_some() {
        while let Some(digit) = one_of(&mut rest, b"0123456789") {
            fraction.push(i64::from(digit - b'0'));
        }
        if fraction.is_empty() {
            return None;
        }
    }
    let offset = match one_of(&mut rest, b"Zz+-")? {
        b'Z' | b'z' => 0,
        sign => {
            let hours = digits(&mut rest, 2).filter(|hours| *hours < 24)?;
            one_of(&mut rest, b":")?;
            let minutes = digits(&mut rest, 2).filter(|minutes| *minutes < 60)?;
            (hours * 60 + minutes) * if sign == b'-' { -60 } else { 60 }
        }
    };
    if !rest.is_empty() {
        return None;
    }
    let days = days_since_1970(year, month, day)?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second.min(59) - offset;
    fraction.resize(3, 0);
    let millis = seconds * 1000 + fraction.iter().fold(0, |sum, digit| sum * 10 + digit);
    MILLIS.contains(&millis).then_some(millis)
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    (0..count).try_fold(0, |sum, _| {
        Some(sum * 10 + i64::from(one_of(rest, b"0123456789")? - b'0'))
    })
}

fn one_of(rest: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let (first, others) = rest.split_first()?;
    allowed.contains(first).then(|| {
        *rest = others;
        *first
    })
}

/// Counts the days month by month, so that it shares no formula with the crate or its dependencies.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |month: i64| match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1..=12).contains(&month) && (1..=length(month)).contains(&day);
    let years: i64 = if year >= 1970 {
        (1970..year).map(|year| 365 + i64::from(leap(year))).sum()
    } else {
        -(year..1970)
            .map(|year| 365 + i64::from(leap(year)))
            .sum::<i64>()
    };
    exists.then(|| years + (1..month).map(length).sum::<i64>() + day - 1)
}

/// Adds a number of units to a timestamp with another library's calendar.
pub fn later(millis: i64, amount: u32, unit: &str) -> Option<i64> {
    let moment = DateTime::<Utc>::from_timestamp_millis(millis)?.naive_utc();
    let days = |days: u64| moment.checked_add_days(Days::new(days));
    let later = match unit {
        "day" => days(amount.into()),
        "week" => days(7 * u64::from(amount)),
        "month" => moment.checked_add_months(Months::new(amount)),
        "year" => amount
            .checked_mul(12)
            .and_then(|months| moment.checked_add_months(Months::new(months))),
        other => panic!("not a unit of the protocol: {other}"),
    }?;
    let last_day = NaiveDate::from_ymd_opt(9999, 12, 31)?;
    (later.date() <= last_day).then(|| later.and_utc().timestamp_millis())
}

/// A duration as the protocol describes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Duration {
    Period(u32, String),
    Date(i64),
}

/// Parses a duration, with or without a tag.
pub fn duration(value: &Value) -> Option<Duration> {
    let mut fields: Map<String, Value> = value.as_object()?.clone();
    fields.retain(|_, field| !field.is_null());
    let is_period = match fields.get("type") {
        Some(tag) if tag == "period" => true,
        Some(tag) if tag == "date" => false,
        Some(_) => return None,
        None => {
            let period = fields.contains_key("amount") || fields.contains_key("unit");
            if period == fields.contains_key("date") {
                return None;
            }
            period
        }
    };
    if !is_period {
        return rfc_3339(fields.get("date")?.as_str()?).map(Duration::Date);
    }
    // JSON has only one type of number: `2.0` and `2e0` are the integer 2, and print as `2.0`.
    let amount = fields.get("amount")?.as_number()?.to_string();
    let amount: u64 = amount.strip_suffix(".0").unwrap_or(&amount).parse().ok()?;
    let unit = fields.get("unit")?.as_str()?;
    let known = ["day", "week", "month", "year"].contains(&unit);
    let amount = u32::try_from(amount).ok().filter(|amount| *amount > 0)?;
    known.then(|| Duration::Period(amount, unit.to_owned()))
}
