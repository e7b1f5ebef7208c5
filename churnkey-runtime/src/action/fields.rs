//! The fields of an action's body, before anybody makes sense of them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::{Error, Result};

/// The fields of an action's body that have a meaning. Unknown ones are left out, and `null` counts as absent.
///
/// They are kept in one order, so that two bodies which ask for the same are equal.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(Field, Value)>);

/// A field by its place among those that are [known](KNOWN).
type Field = usize;

/// Every field that an action may have. What is not known here cannot be read further on, so that no field can be given to a function and be missing from the comparison
/// of two actions.
const KNOWN: [&str; 11] = [
    "customerId",
    "subscriptionId",
    "scheduledAt",
    "startAt",
    "duration",
    "id",
    "coupon",
    "price",
    "unpause",
    "allowAnnual",
    "prorate",
];

impl Fields {
    /// Those of a request that has no body.
    pub(crate) const NONE: Self = Self(Vec::new());

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        // The parser's own words may quote the body.
        let no_json = || Error::bad_request("the body must be valid JSON");
        // Once for the whole, which is cheaper than once for each text.
        let body = str::from_utf8(bytes).map_err(|_| no_json())?;
        serde_json::from_str(body).map_err(|fault| {
            // Only what is no object is a fault of data. All of it must be JSON before it can be said to be the wrong JSON.
            if fault.is_data() && serde_json::from_str::<Value>(body).is_ok() {
                Error::bad_request("the body must be a JSON object")
            } else {
                no_json()
            }
        })
    }

    pub(super) fn get(&self, field: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(known, _)| KNOWN[*known] == field);
        found.map(|(_, value)| value)
    }

    /// A field that is text, or nothing: for looking at a body before it is read.
    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.get(field).and_then(Value::as_str)
    }

    /// The last of several fields of one name counts, where it is `null` as well.
    fn set(&mut self, field: Field, value: Value) {
        match self.0.binary_search_by_key(&field, |(known, _)| *known) {
            Ok(at) if value.is_null() => drop(self.0.remove(at)),
            Ok(at) => self.0[at].1 = value,
            Err(_) if value.is_null() => {}
            Err(at) => self.0.insert(at, (field, value)),
        }
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(body: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some(Name(name)) = object.next_key()? {
                    // A value that nobody reads must be one all the same.
                    let value = object.next_value()?;
                    if let Some(field) = name {
                        fields.set(field, value);
                    }
                }
                Ok(fields)
            }
        }

        body.deserialize_map(Object)
    }
}

/// The name of a field, if it is known.
struct Name(Option<Field>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(name: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(KNOWN.iter().position(|known| *known == name)))
            }
        }

        name.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn parsed(body: impl AsRef<[u8]>) -> Result<Vec<(&'static str, Value)>, String> {
        let fields = Fields::parse(body.as_ref()).map_err(|error| error.message().to_owned())?;
        let named = fields.0.into_iter();
        Ok(named.map(|(field, value)| (KNOWN[field], value)).collect())
    }

    /// What a tree of values of the whole body comes to, which is the plainest reading there is.
    fn by_a_tree(body: &[u8]) -> Result<Vec<(&'static str, Value)>, String> {
        let mut fields: Map<_, _> = match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => return Err("the body must be a JSON object".into()),
            Err(_) => return Err("the body must be valid JSON".into()),
        };
        let known = KNOWN.iter().map(|name| (*name, fields.remove(*name)));
        let present = known.filter_map(|(name, value)| Some((name, value?)));
        Ok(present.filter(|(_, value)| !value.is_null()).collect())
    }

    #[test]
    fn fields_that_are_known_are_kept_in_one_order_and_others_are_left_out() {
        let fields = parsed(
            r#"{"startAt":1,"note":{"a":[]},"customerId":"ada","startAt":null,"id":2,"id":3}"#,
        );
        let expected = vec![("customerId", json!("ada")), ("id", json!(3))];
        assert_eq!(fields, Ok(expected));
    }

    #[test]
    fn a_body_comes_to_what_a_tree_of_all_its_values_comes_to() {
        let deep = |levels: usize, name: &str| {
            format!(
                r#"{{"{name}":{}{}}}"#,
                "[".repeat(levels),
                "]".repeat(levels)
            )
        };
        let bodies: [&[u8]; 43] = [
            b"",
            b" ",
            b"{",
            b"{}",
            b" {} ",
            b"{} {}",
            b"{}]",
            b"\xef\xbb\xbf{}",
            b"null",
            b"nul",
            b"true",
            b"7",
            b"1e999",
            b"[1e999]",
            b"\"text\"",
            b"\"\\ud800\"",
            b"[]",
            b"[{}]",
            b"[{}] x",
            b"[{]",
            b"{\"id\"}",
            b"{\"id\":}",
            b"{\"id\":1,}",
            b"{id:1}",
            b"{1:1}",
            b"{\"id\":1 \"price\":2}",
            b"{\"\\u0069d\":1}",
            b"{\"id\":\"\\ud83d\\ude00\"}",
            b"{\"id\":\"\\ud800\"}",
            b"{\"note\":\"\\ud800\"}",
            b"{\"\\ud800\":1}",
            b"{\"id\":\"\xff\"}",
            b"{\"note\":\"\xff\"}",
            b"{\"\xff\":1}",
            b"{\"id\":1e999}",
            b"{\"note\":1e999}",
            b"{\"id\":-0.0,\"price\":0,\"coupon\":18446744073709551616}",
            b"{\"id\":01}",
            b"{\"note\":+1}",
            b"{\"id\":null,\"id\":1}",
            b"{\"id\":1,\"id\":null}",
            b"{\"id\":1,\"note\":1,\"note\":2,\"\":3}",
            b"{\"duration\":{\"type\":1,\"type\":2},\"id\":\"\n\"}",
        ];
        for body in bodies {
            assert_eq!(parsed(body), by_a_tree(body), "{}", body.escape_ascii());
        }
        for levels in [1, 125, 126, 127, 128, 129, 10_000] {
            for name in ["id", "note"] {
                let body = deep(levels, name);
                let tree = by_a_tree(body.as_bytes());
                assert_eq!(parsed(&body), tree, "{levels} in {name}");
            }
        }
        assert!(parsed(deep(126, "note")).is_ok() && parsed(deep(127, "note")).is_err());
    }
}
