//! The placeholder that `Debug` shows for values that must not get into a log.
//!
//! One rule for all models and requests: `Debug` shows what has a form, and hides text that people
//! wrote or are known by. Shown are types, statuses, amounts, dates, counts, and the ids of what is
//! sold or subscribed to. Hidden are names, descriptions, codes, e-mail addresses, phone numbers,
//! addresses, metadata, cursors and header values. The customer's id is hidden too: some billing
//! systems take the e-mail address for it, and even a number stands for one person. Whether an
//! optional field is set shows, because that helps in debugging.

use std::fmt;

/// Stands for a value.
pub(crate) struct Redacted;

impl Redacted {
    /// Shows only whether there is a value.
    pub(crate) fn option<T>(value: &Option<T>) -> Option<Self> {
        value.as_ref().map(|_| Self)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
