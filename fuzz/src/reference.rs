//! An independent implementation of dates and durations, written from the standards.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde_json::{Map, Value};

/// The first and the last millisecond of the years 0000 to 9999.
pub const MILLIS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// Parses an RFC 3339 date-time of the years 0000 to 9999 to milliseconds since 1970, rounded down.
/// A leap second, the last one of a month in UTC, counts as the millisecond before it.
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
    if second == 60 {
        let next_day = (seconds + 1).div_euclid(86_400);
        let first_days = (year - 1..=year + 1)
            .flat_map(|year| (1..=12).map(move |month| days_since_1970(year, month, 1)));
        let ends_a_month = first_days.flatten().any(|first| first == next_day);
        if !ends_a_month || (seconds + 1).rem_euclid(86_400) != 0 {
            return None;
        }
        fraction = vec![9; 3];
    }
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

const KINDS: [&str; 4] = ["type", "kind", "name", "model"];
const AMOUNTS: [&str; 5] = ["amount", "count", "value", "length", "intervalCount"];
const UNITS: [&str; 2] = ["unit", "interval"];
const COUNTS: [&str; 4] = ["days", "weeks", "months", "years"];
const DATES: [&str; 4] = ["date", "end", "until", "value"];

/// Parses a duration in any of its spellings.
pub fn duration(value: &Value) -> Option<Duration> {
    let fields = without_nulls_and_zeros(value)?;
    let named = agreed(&fields, &KINDS, |value| {
        let word = value.as_str()?.to_ascii_lowercase();
        ["period", "date"].contains(&&*word).then_some(word)
    })?;
    let has = |name: &&str| fields.contains_key(*name);
    let date = DATES[..3].iter().any(has);
    let amount = AMOUNTS.iter().filter(|name| **name != "value").any(has);
    let period = amount || has(&"period") || UNITS.iter().chain(&COUNTS).any(has);
    match (named.as_deref(), period, date) {
        (Some("period") | None, true, false) | (Some("period"), false, false) => {
            let (amount, unit) = match (length(&fields)?, fields.get("period")) {
                (length, None) => length?,
                (Some(_), Some(_)) => return None,
                (None, Some(nested)) => length(&without_nulls_and_zeros(nested)?)??,
            };
            Some(Duration::Period(amount, unit))
        }
        (Some("date") | None, false, _) => agreed(&fields, &DATES, moment)?.map(Duration::Date),
        _ => None,
    }
}

fn without_nulls_and_zeros(value: &Value) -> Option<Map<String, Value>> {
    let mut fields = value.as_object()?.clone();
    let is_zero = |value: &Value| number(value) == Some(0);
    fields.retain(|name, field| {
        let is_zero_count = COUNTS.contains(&&**name) && is_zero(field);
        !field.is_null() && !is_zero_count
    });
    Some(fields)
}

/// The one value that all names have which are present; `None` outside for a fault.
fn agreed<T: PartialEq>(
    fields: &Map<String, Value>,
    names: &[&str],
    parse: impl Fn(&Value) -> Option<T>,
) -> Option<Option<T>> {
    let present = names.iter().filter_map(|name| fields.get(*name));
    let mut values = present.map(parse).collect::<Option<Vec<_>>>()?;
    let last = values.pop();
    values
        .iter()
        .all(|value| Some(value) == last.as_ref())
        .then_some(last)
}

fn length(fields: &Map<String, Value>) -> Option<Option<(u32, String)>> {
    let positive = |value: &Value| {
        let number = u32::try_from(number(value)?).ok()?;
        (number > 0).then_some(number)
    };
    let amount = agreed(fields, &AMOUNTS, positive)?;
    let unit = agreed(fields, &UNITS, |value| {
        let word = value.as_str()?.to_ascii_lowercase();
        let counted = if word.ends_with('s') {
            word
        } else {
            word + "s"
        };
        COUNTS.contains(&&*counted).then_some(counted)
    })?;
    let mut lengths = Vec::new();
    match (amount, unit) {
        (Some(amount), Some(unit)) => lengths.push((amount, unit)),
        (None, None) => {}
        _ => return None,
    }
    for name in COUNTS {
        if let Some(count) = fields.get(name) {
            lengths.push((positive(count)?, name.to_owned()));
        }
    }
    match &lengths[..] {
        [] => Some(None),
        [(amount, unit)] => Some(Some((*amount, unit[..unit.len() - 1].to_owned()))),
        _ => None,
    }
}

/// JSON has only one type of number: `2.0` and `2e0` are the integer 2, and print as `2.0`.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            let text = text
                .strip_prefix('-')
                .filter(|rest| rest.starts_with('0'))
                .unwrap_or(&text);
            text.strip_suffix(".0").unwrap_or(text).parse().ok()
        }
        Value::String(text) => {
            let (digits, zeros) = text.split_once('.').unwrap_or((text, "0"));
            let is = |text: &str, of: fn(char) -> bool| !text.is_empty() && text.chars().all(of);
            let plain = is(digits, |c| c.is_ascii_digit()) && is(zeros, |c| c == '0');
            let digits = digits.trim_start_matches('0');
            (plain && digits.len() < 10).then(|| digits.parse().unwrap_or(0))
        }
        _ => None,
    }
}

fn moment(value: &Value) -> Option<i64> {
    let millis = |millis: i64| {
        (100_000_000_000..253_402_300_800_000)
            .contains(&millis)
            .then_some(millis)
    };
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            millis(text.strip_suffix(".0").unwrap_or(&text).parse().ok()?)
        }
        Value::String(text) if text.len() == 10 => rfc_3339(&format!("{text}T00:00:00Z")),
        Value::String(text)
            if (12..15).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit()) =>
        {
            millis(text.parse().ok()?)
        }
        Value::String(text) => rfc_3339(text),
        _ => None,
    }
}
