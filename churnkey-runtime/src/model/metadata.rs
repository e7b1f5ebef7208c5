use std::collections::BTreeMap;
use std::fmt;

/// A flat map from string to string, for the provider's own notes on a model. Protocol: **doc**.
///
/// Its values never appear in the `Debug` output of a model that carries it.
pub type Metadata = BTreeMap<String, String>;

/// Shows the keys of a [`Metadata`] and hides its values.
pub(super) struct Redacted<'a>(pub(super) &'a Metadata);

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.keys().map(|key| (key, format_args!(".."))))
            .finish()
    }
}
