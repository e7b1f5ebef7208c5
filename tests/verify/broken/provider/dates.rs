//! Times and their notation.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde_json::Value;

pub(crate) fn now() -> DateTime {
    Timestamp::now().to_zoned(TimeZone::UTC).datetime()
}

/// The notation on the wire: UTC with milliseconds.
pub(crate) fn written(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads an RFC 3339 timestamp.
pub(crate) fn read(value: &Value) -> Option<DateTime> {
    let at: Timestamp = value.as_str()?.parse().ok()?;
    Some(at.to_zoned(TimeZone::UTC).datetime())
}

/// The time some days later or earlier.
pub(crate) fn days(from: DateTime, days: i32) -> DateTime {
    from.checked_add(days.days()).unwrap()
}

/// A duration in a body: a period or the date of its end.
pub(crate) enum Duration {
    Period(Span),
    Date(DateTime),
}

impl Duration {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        let has = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
        let kind = match fields.get("type") {
            None | Some(Value::Null) if has("date") && !has("amount") && !has("unit") => "date",
            None | Some(Value::Null) if has("amount") && has("unit") && !has("date") => "period",
            kind => kind?.as_str()?,
        };
        match kind {
            "date" => read(fields.get("date")?).map(Self::Date),
            "period" => {
                let amount = fields
                    .get("amount")?
                    .as_i64()
                    .filter(|amount| *amount > 0)?;
                let span = Span::new();
                let span = match fields.get("unit")?.as_str()? {
                    "day" => span.try_days(amount),
                    "week" => span.try_weeks(amount),
                    "month" => span.try_months(amount),
                    "year" => span.try_years(amount),
                    _ => return None,
                };
                span.ok().map(Self::Period)
            }
            _ => None,
        }
    }

    /// The end of a duration, unless it is before its start.
    pub(crate) fn end(&self, start: DateTime) -> Option<DateTime> {
        match self {
            Self::Period(span) => start.checked_add(*span).ok(),
            Self::Date(date) => Some(*date).filter(|date| *date > start),
        }
    }
}
