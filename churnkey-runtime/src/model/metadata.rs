use std::collections::BTreeMap;
use std::fmt;

/// A flat map from string to string, for the provider's own notes on a model. Protocol: **doc**.
///
/// The `Debug` output of a model shows the number of entries, and neither keys nor values.
pub type Metadata = BTreeMap<String, String>;

/// Shows the number of entries of a [`Metadata`]. A key is hidden like its value, because a program
/// may use an e-mail address as a key.
pub(super) struct Entries<'a>(pub(super) &'a Metadata);

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => f.write_str("{}"),
            count => write!(f, "{{{count} redacted}}"),
        }
    }
}
