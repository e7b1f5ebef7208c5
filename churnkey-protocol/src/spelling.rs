//! Spellings of a duration.
//!
//! The two kinds are **doc**, [`period`](Word::DURATIONS) and `date`. The guide does not give the
//! names of their fields, so every plausible one is read (**assumed**). The first name of each list
//! is the one that is written.

use crate::module::Word;

/// Names of the field that says which kind it is, optional where the fields fit one kind only.
pub const KIND: &[&str] = &["type", "kind", "name", "model"];

/// Names of the number of units of a period.
pub const AMOUNT: &[&str] = &["amount", "count", "value", "length", "intervalCount"];

/// Names of the unit of a period.
pub const UNIT: &[&str] = &["unit", "interval"];

/// Units, in the singular. They are read in any letter case, with or without an `s`.
pub const UNITS: [&str; 4] = ["day", "week", "month", "year"];

/// Fields that are the amount of one unit, in the order of [`UNITS`]. Zeros are ignored.
pub const COUNTS: [&str; 4] = ["days", "weeks", "months", "years"];

/// Object that may hold the fields of a period.
pub const NESTED: &str = "period";

/// Names of the end of a duration that is a date. `value` is the amount if there is a unit.
pub const DATE: &[&str] = &["date", "end", "until", "value"];

/// The word of a period.
pub const PERIOD_WORD: Word = Word::DURATIONS[0];

/// The word of a date.
pub const DATE_WORD: Word = Word::DURATIONS[1];
