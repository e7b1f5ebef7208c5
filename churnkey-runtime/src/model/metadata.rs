use std::collections::BTreeMap;
use std::fmt;

/// A flat map from string to string, for the provider's own notes on a model. Protocol: **doc**.
///
/// The `Debug` output of a model that carries it tells how many notes there are, and neither their
/// keys nor their values.
pub type Metadata = BTreeMap<String, String>;

/// Counts the notes of a [`Metadata`]. A key is hidden as its value is, because nothing keeps a
/// program from making one of an e-mail address.
pub(super) struct Entries<'a>(pub(super) &'a Metadata);

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => f.write_str("{}"),
            count => write!(f, "{{{count} redacted}}"),
        }
    }
}
