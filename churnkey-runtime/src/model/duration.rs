use std::error::Error;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::time_unit::TimeUnit;
use super::timestamp::Timestamp;
use crate::validate::{Validate, Violations};

/// The length of a pause or of an extension of a trial. Protocol: **doc**; the names of its fields
/// are **assumed**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "Tagged")]
pub enum OfferDuration {
    /// A span of time, counted from the start of the pause or the extension.
    Period {
        /// The number of units, at least 1.
        amount: u32,
        /// The unit that is counted.
        unit: TimeUnit,
    },
    /// Up to a moment, exclusive.
    Date(Timestamp),
}

impl OfferDuration {
    /// The end of a duration that begins at `start`, exclusive.
    ///
    /// `None` means that there is no such moment: the span of time reaches beyond the year 9999, or
    /// the date is not after `start`.
    pub fn end_from(&self, start: Timestamp) -> Option<Timestamp> {
        let end = match *self {
            Self::Period { amount, unit } => start.plus(amount, unit)?,
            Self::Date(date) => date,
        };
        (end > start).then_some(end)
    }

    /// Reads a duration from JSON.
    ///
    /// An object without a `type` is read too when it has the fields of exactly one of the two
    /// forms (**assumed**). With a `type`, the fields of the other form are ignored.
    ///
    /// # Errors
    ///
    /// The first field that breaks a rule.
    pub fn from_json(value: &Value) -> Result<Self, InvalidDuration> {
        if !value.is_object() {
            return Err(InvalidDuration::new("", "must be an object"));
        }
        match form(value)? {
            Form::Period => Ok(Self::Period {
                amount: amount(value)?,
                unit: unit(value)?,
            }),
            Form::Date => date(value).map(Self::Date),
        }
    }
}

enum Form {
    Period,
    Date,
}

fn form(value: &Value) -> Result<Form, InvalidDuration> {
    if let Some(tag) = present(value, "type") {
        return match tag.as_str() {
            Some("period") => Ok(Form::Period),
            Some("date") => Ok(Form::Date),
            _ => Err(InvalidDuration::new("type", "must be period or date")),
        };
    }
    let period = present(value, "amount").or(present(value, "unit"));
    match (period, present(value, "date")) {
        (Some(_), None) => Ok(Form::Period),
        (None, Some(_)) => Ok(Form::Date),
        _ => Err(InvalidDuration::new("type", "must be period or date")),
    }
}

fn amount(value: &Value) -> Result<u32, InvalidDuration> {
    let invalid = |rule| InvalidDuration::new("amount", rule);
    let amount = present(value, "amount")
        .and_then(Value::as_f64)
        .filter(|amount| *amount >= 1.0 && amount.fract() == 0.0)
        .ok_or(invalid("must be a whole number from 1"))?;
    // JSON has one kind of number: 2, 2.0 and 2e0 are the same. Below 2^53 a double is exact, and
    // the cast is.
    if amount > f64::from(u32::MAX) {
        return Err(invalid("is too large"));
    }
    Ok(amount as u32)
}

fn unit(value: &Value) -> Result<TimeUnit, InvalidDuration> {
    match present(value, "unit").and_then(Value::as_str) {
        Some("day") => Ok(TimeUnit::Day),
        Some("week") => Ok(TimeUnit::Week),
        Some("month") => Ok(TimeUnit::Month),
        Some("year") => Ok(TimeUnit::Year),
        _ => Err(InvalidDuration::new(
            "unit",
            "must be day, week, month or year",
        )),
    }
}

fn date(value: &Value) -> Result<Timestamp, InvalidDuration> {
    present(value, "date")
        .and_then(Value::as_str)
        .and_then(|date| date.parse().ok())
        .ok_or(InvalidDuration::new(
            "date",
            "must be an RFC 3339 date-time with an offset",
        ))
}

fn present<'v>(value: &'v Value, field: &str) -> Option<&'v Value> {
    value.get(field).filter(|value| !value.is_null())
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Tagged {
    Period { amount: u32, unit: TimeUnit },
    Date { date: Timestamp },
}

impl From<OfferDuration> for Tagged {
    fn from(duration: OfferDuration) -> Self {
        match duration {
            OfferDuration::Period { amount, unit } => Self::Period { amount, unit },
            OfferDuration::Date(date) => Self::Date { date },
        }
    }
}

impl<'de> Deserialize<'de> for OfferDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_json(&value).map_err(de::Error::custom)
    }
}

/// The forms in which a duration is read: with a `type`, and without one if the fields leave no
/// doubt.
#[cfg(feature = "openapi")]
impl schemars::JsonSchema for OfferDuration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    // The accepted forms differ from action to action.
    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let amount = serde_json::json!({
            "description": "The number of units.",
            "type": "integer",
            "minimum": 1,
            "maximum": u32::MAX,
        });
        let unit = generator.subschema_for::<TimeUnit>();
        let date = Timestamp::json_schema(generator);
        let mut forms = vec![
            serde_json::json!({
                "title": "A span of time",
                "properties": { "type": { "const": "period" }, "amount": amount, "unit": unit },
                "required": ["type", "amount", "unit"],
            }),
            serde_json::json!({
                "title": "Up to a moment, exclusive",
                "properties": { "type": { "const": "date" }, "date": date },
                "required": ["type", "date"],
            }),
        ];
        if generator.contract().is_deserialize() {
            let absent = serde_json::json!({ "type": "null" });
            forms.push(serde_json::json!({
                "title": "A span of time, without `type` (assumed)",
                "properties": { "type": absent, "date": absent, "amount": amount, "unit": unit },
                "required": ["amount", "unit"],
            }));
            forms.push(serde_json::json!({
                "title": "Up to a moment, without `type` (assumed)",
                "properties": { "type": absent, "amount": absent, "unit": absent, "date": date },
                "required": ["date"],
            }));
        }
        schemars::json_schema!({
            "description": "The length of a pause or of an extension of a trial. Protocol: **doc**; \
                            the names of its fields are **assumed**.",
            "type": "object",
            "oneOf": forms,
        })
    }
}

impl Validate for OfferDuration {
    const MODEL: &'static str = "duration";

    fn check(&self, violations: &mut Violations<'_>) {
        if let Self::Period { amount, .. } = *self {
            violations.field("amount").require_positive(amount);
        }
    }
}

/// The error of JSON that is not an [`OfferDuration`]. It names a field and a rule, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidDuration {
    /// The field at fault: `type`, `amount`, `unit` or `date`, or nothing for the whole.
    pub field: &'static str,
    /// The rule that is broken, such as `must be a whole number from 1`.
    pub rule: &'static str,
}

impl InvalidDuration {
    fn new(field: &'static str, rule: &'static str) -> Self {
        Self { field, rule }
    }
}

impl fmt::Display for InvalidDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match self.field {
            "" => "duration",
            field => field,
        };
        write!(f, "{subject} {}", self.rule)
    }
}

impl Error for InvalidDuration {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn duration_is_written_with_its_type_and_read_back() {
        let documents = [
            (
                OfferDuration::Period {
                    amount: 2,
                    unit: TimeUnit::Month,
                },
                json!({"type": "period", "amount": 2, "unit": "month"}),
            ),
            (
                OfferDuration::Date(at("2026-09-01T00:00:00Z")),
                json!({"type": "date", "date": "2026-09-01T00:00:00.000Z"}),
            ),
        ];
        for (duration, document) in documents {
            assert_eq!(serde_json::to_value(duration).unwrap(), document);
            assert_eq!(
                serde_json::from_value::<OfferDuration>(document).unwrap(),
                duration
            );
        }
    }

    #[test]
    fn every_unambiguous_form_is_accepted() {
        let period = |amount, unit| OfferDuration::Period { amount, unit };
        let date = OfferDuration::Date(at("2026-09-01T00:00:00Z"));
        let table = [
            (
                json!({"type": "period", "amount": 1, "unit": "day"}),
                period(1, TimeUnit::Day),
            ),
            (
                json!({"type": "period", "amount": 1, "unit": "week"}),
                period(1, TimeUnit::Week),
            ),
            (
                json!({"type": "period", "amount": 1, "unit": "year"}),
                period(1, TimeUnit::Year),
            ),
            (
                json!({"type": "period", "amount": u32::MAX, "unit": "month"}),
                period(u32::MAX, TimeUnit::Month),
            ),
            (
                json!({"amount": 2, "unit": "month"}),
                period(2, TimeUnit::Month),
            ),
            (
                json!({"amount": 2.0, "unit": "month"}),
                period(2, TimeUnit::Month),
            ),
            (
                json!({"type": null, "amount": 2, "unit": "month", "date": null}),
                period(2, TimeUnit::Month),
            ),
            (
                json!({"type": "period", "amount": 2, "unit": "month", "date": "2026-09-01T00:00:00Z"}),
                period(2, TimeUnit::Month),
            ),
            (
                json!({"type": "period", "amount": 2, "unit": "month", "note": [1]}),
                period(2, TimeUnit::Month),
            ),
            (json!({"date": "2026-09-01T02:00:00+02:00"}), date),
            (
                json!({"date": "2026-09-01T00:00:00Z", "amount": null, "unit": null}),
                date,
            ),
            (
                json!({"type": "date", "date": "2026-09-01T00:00:00Z", "amount": 0}),
                date,
            ),
        ];
        for (document, duration) in table {
            assert_eq!(
                OfferDuration::from_json(&document),
                Ok(duration),
                "{document}"
            );
        }
    }

    #[test]
    fn error_names_the_field_and_the_rule() {
        let form = "type must be period or date";
        let amount = "amount must be a whole number from 1";
        let unit = "unit must be day, week, month or year";
        let date = "date must be an RFC 3339 date-time with an offset";
        let table = [
            (json!(null), "duration must be an object"),
            (json!("2 months"), "duration must be an object"),
            (json!([]), "duration must be an object"),
            (json!({}), form),
            (
                json!({"type": "until", "date": "2026-09-01T00:00:00Z"}),
                form,
            ),
            (
                json!({"type": "Period", "amount": 2, "unit": "month"}),
                form,
            ),
            (json!({"type": 1, "amount": 2, "unit": "month"}), form),
            (
                json!({"amount": 2, "unit": "month", "date": "2026-09-01T00:00:00Z"}),
                form,
            ),
            (
                json!({"type": "period", "date": "2026-09-01T00:00:00Z"}),
                amount,
            ),
            (
                json!({"type": "period", "amount": 0, "unit": "month"}),
                amount,
            ),
            (
                json!({"type": "period", "amount": -1, "unit": "month"}),
                amount,
            ),
            (
                json!({"type": "period", "amount": 1.5, "unit": "month"}),
                amount,
            ),
            (
                json!({"type": "period", "amount": "2", "unit": "month"}),
                amount,
            ),
            (json!({"unit": "month"}), amount),
            (
                json!({"amount": 4_294_967_296_u64, "unit": "month"}),
                "amount is too large",
            ),
            (json!({"amount": 2}), unit),
            (json!({"type": "period", "amount": 2, "unit": "hour"}), unit),
            (json!({"type": "period", "amount": 2, "unit": 7}), unit),
            (json!({"type": "date"}), date),
            (json!({"type": "date", "amount": 2, "unit": "month"}), date),
            (json!({"date": "2026-09-01"}), date),
            (json!({"date": "2026-02-30T00:00:00Z"}), date),
            (json!({"date": 1_788_220_800}), date),
        ];
        for (document, message) in table {
            let invalid = OfferDuration::from_json(&document).unwrap_err();
            assert_eq!(invalid.to_string(), message, "{document}");
            let error = serde_json::from_value::<OfferDuration>(document).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let invalid = OfferDuration::from_json(&json!({"amount": 0})).unwrap_err();
        assert_eq!(
            (invalid.field, invalid.rule),
            ("amount", "must be a whole number from 1")
        );
    }

    #[test]
    fn a_duration_ends_after_its_start_or_nowhere() {
        let start = at("2026-01-31T10:00:00Z");
        let period = |amount, unit| OfferDuration::Period { amount, unit };
        let table = [
            (period(1, TimeUnit::Month), Some(at("2026-02-28T10:00:00Z"))),
            (period(2, TimeUnit::Week), Some(at("2026-02-14T10:00:00Z"))),
            (period(0, TimeUnit::Day), None),
            (period(8000, TimeUnit::Year), None),
            (
                OfferDuration::Date(at("2026-01-31T10:00:00.001Z")),
                Some(at("2026-01-31T10:00:00.001Z")),
            ),
            (OfferDuration::Date(start), None),
            (OfferDuration::Date(at("2026-01-31T09:59:59Z")), None),
        ];
        for (duration, end) in table {
            assert_eq!(duration.end_from(start), end, "{duration:?}");
        }
    }
}
