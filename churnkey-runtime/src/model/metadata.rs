use std::collections::BTreeMap;
use std::fmt;
use std::iter::Map;
use std::mem;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use super::text::Text;

/// A flat map from string to string, for the provider's own notes on a model. Protocol: **doc**.
///
/// The entries are in the order of their keys. Two entries of short strings need no allocation.
///
/// The `Debug` output of a model shows the number of entries, and neither keys nor values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Metadata(SmallVec<[(Text, Text); 2]>);

impl Metadata {
    /// A map without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// `true` if there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Text> {
        let place = self.place(key).ok()?;
        Some(&self.0[place].1)
    }

    /// `true` if there is an entry with a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_ok()
    }

    /// Adds an entry, and returns the value that the key had before.
    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Text>) -> Option<Text> {
        let (key, value) = (key.into(), value.into());
        match self.place(&key) {
            Ok(place) => Some(mem::replace(&mut self.0[place].1, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    /// Removes the entry of a key, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Text> {
        let place = self.place(key).ok()?;
        Some(self.0.remove(place).1)
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> Iter<'_> {
        self.into_iter()
    }

    /// The place of a key, or the place for it.
    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(other, _)| other.as_str().cmp(key))
    }
}

type Iter<'m> = Map<std::slice::Iter<'m, (Text, Text)>, fn(&(Text, Text)) -> (&Text, &Text)>;

impl<'m> IntoIterator for &'m Metadata {
    type Item = (&'m Text, &'m Text);
    type IntoIter = Iter<'m>;

    fn into_iter(self) -> Iter<'m> {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl IntoIterator for Metadata {
    type Item = (Text, Text);
    type IntoIter = std::vec::IntoIter<(Text, Text)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

/// Of several entries with one key, the last one counts.
impl<K: Into<Text>, V: Into<Text>> Extend<(K, V)> for Metadata {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        self.0
            .extend(entries.map(|(key, value)| (key.into(), value.into())));
        // Sorted once, because inserting in the order of a hostile document would be quadratic.
        self.0.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.0.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                mem::swap(later, earlier);
            }
            is_same
        });
    }
}

impl<K: Into<Text>, V: Into<Text>> FromIterator<(K, V)> for Metadata {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut metadata = Self::new();
        metadata.extend(entries);
        metadata
    }
}

impl<K: Into<Text>, V: Into<Text>, const N: usize> From<[(K, V); N]> for Metadata {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Into<Text>, V: Into<Text>> From<BTreeMap<K, V>> for Metadata {
    fn from(entries: BTreeMap<K, V>) -> Self {
        entries.into_iter().collect()
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Metadata;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
        let entries = std::iter::from_fn(|| map.next_entry::<Text, Text>().transpose());
        entries.collect()
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Metadata {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        BTreeMap::<String, String>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

/// Shows the number of entries of a [`Metadata`]. A key is hidden like its value, because a program
/// may use an e-mail address as a key.
pub(super) struct Redacted<'a>(pub(super) &'a Metadata);

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            0 => f.write_str("{}"),
            count => write!(f, "{{{count} redacted}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The map of the standard library with the same keys and values.
    fn entries(metadata: &Metadata) -> BTreeMap<&str, &str> {
        let pairs = metadata.iter();
        pairs.map(|(key, value)| (&**key, &**value)).collect()
    }

    #[test]
    fn metadata_behaves_as_a_sorted_map() {
        let mut metadata = Metadata::new();
        let mut map = BTreeMap::new();
        for (key, value) in [("b", "1"), ("a", "2"), ("c", "3"), ("a", "4"), ("", "5")] {
            assert_eq!(
                metadata.insert(key, value),
                map.insert(key, value).map(Text::from)
            );
            assert_eq!(entries(&metadata), map);
            assert!(
                metadata
                    .iter()
                    .map(|(key, _)| key.as_str())
                    .eq(map.keys().copied())
            );
        }
        for key in ["a", "x", "c"] {
            assert_eq!(metadata.get(key).map(Text::as_str), map.get(key).copied());
            assert_eq!(metadata.contains_key(key), map.contains_key(key));
            assert_eq!(metadata.remove(key), map.remove(key).map(Text::from));
            assert_eq!(entries(&metadata), map);
        }
        assert_eq!(metadata.len(), map.len());
    }

    #[test]
    fn last_entry_of_a_key_counts() {
        let entries = [("b", "1"), ("a", "2"), ("b", "3"), ("b", "4"), ("a", "5")];
        let expected = Metadata::from([("a", "5"), ("b", "4")]);
        assert_eq!(entries.into_iter().collect::<Metadata>(), expected);
        assert_eq!(Metadata::from(BTreeMap::from(entries)), expected);
        let json = r#"{"b": "1", "a": "2", "b": "4", "a": "5"}"#;
        assert_eq!(serde_json::from_str::<Metadata>(json).unwrap(), expected);
        let mut extended = Metadata::from([("a", "0"), ("b", "0")]);
        extended.extend(entries);
        assert_eq!(extended, expected);
        assert_eq!(format!("{expected:?}"), r#"{"a": "5", "b": "4"}"#);
        assert_eq!(
            serde_json::to_string(&expected).unwrap(),
            r#"{"a":"5","b":"4"}"#
        );
    }
}
