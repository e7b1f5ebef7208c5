//! The placeholder that `Debug` shows for values that must not get into a log.
//!
//! One rule for all models and requests: `Debug` shows structured values, and hides free text and
//! personal data. It shows types, statuses, amounts, dates, counts, and the ids of products and
//! subscriptions. It hides names, descriptions, codes, e-mail addresses, phone numbers, addresses,
//! metadata, cursors and header values. The customer's id is hidden too: some billing systems use
//! the e-mail address, and even a number identifies one person. The presence of an optional field
//! is shown, because that helps in debugging.

use std::fmt;

/// The placeholder of a value.
pub(crate) struct Redacted;

impl Redacted {
    /// Shows the presence of a value only.
    pub(crate) fn option<T>(value: &Option<T>) -> Option<Self> {
        value.as_ref().map(|_| Self)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
