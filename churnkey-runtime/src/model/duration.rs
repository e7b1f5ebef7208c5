#[cfg(feature = "openapi")]
pub(crate) mod schema;

mod read;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::time_unit::TimeUnit;
use super::timestamp::Timestamp;
use crate::json::Json;
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
        let value = Json::deserialize(deserializer)?;
        Self::read(&value).map_err(de::Error::custom)
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
    /// The field at fault as it was received, such as `count` or `period.unit`, or nothing for the
    /// whole.
    pub field: Cow<'static, str>,
    /// The rule that is broken, such as `must be a whole number from 1`.
    pub rule: &'static str,
}

impl fmt::Display for InvalidDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = match &*self.field {
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
