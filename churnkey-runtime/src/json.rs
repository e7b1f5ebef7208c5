//! A JSON document that borrows from its text, so that reading a body copies no string.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A JSON value. Numbers are doubles, as in JavaScript.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'t> {
    Null,
    Bool(bool),
    Number(f64),
    String(Cow<'t, str>),
    Array(Vec<Self>),
    Object(Object<'t>),
}

/// The fields of a JSON object as they were written. The last of several with one name counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Object<'t>(Vec<(Cow<'t, str>, Json<'t>)>);

impl Json<'_> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

impl<'t> Object<'t> {
    /// A field that is neither absent nor `null`.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'t>> {
        let field = self.0.iter().rfind(|(field, _)| field == name);
        let (_, value) = field?;
        (*value != Json::Null).then_some(value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'t>)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

impl<'v> From<&'v Value> for Json<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Value::String(text) => Self::String(text.into()),
            Value::Array(values) => Self::Array(values.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, value)| (name.into(), value.into()));
                Self::Object(Object(fields.collect()))
            }
        }
    }
}

impl<'de: 't, 't> Deserialize<'de> for Json<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

/// A name that borrows from the text, which the implementation for `Cow` itself does not.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

/// The name under which serde_json passes a number as a string, if a crate of the application
/// switches its feature `arbitrary_precision` on.
const NUMBER: &str = "$serde_json::private::Number";

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json<'de>, A::Error> {
        let values = std::iter::from_fn(|| values.next_element().transpose());
        values.collect::<Result<_, _>>().map(Json::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            fields.push((name, value));
        }
        if let [(name, Json::String(number))] = &fields[..]
            && name == NUMBER
        {
            return number.parse().map(Json::Number).map_err(A::Error::custom);
        }
        Ok(Json::Object(Object(fields)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn document_is_read_as_a_value_is() {
        let document = json!({
            "a": null, "b": [true, -1, 2.5, "x"], "c": {"d": "e\n", "": 1e300}, "f": u64::MAX,
        });
        let text = document.to_string();
        let read: Json<'_> = serde_json::from_str(&text).unwrap();
        let Json::Object(fields) = &read else {
            panic!("not an object: {read:?}");
        };
        let Json::Object(expected) = Json::from(&document) else {
            panic!("not an object: {document}");
        };
        for (name, value) in expected.iter() {
            assert_eq!(fields.get(name), expected.get(name), "{name}: {value:?}");
        }
        assert_eq!(fields.iter().count(), expected.iter().count());
        assert_eq!(fields.get("a"), None);
        assert_eq!(fields.get("g"), None);
    }

    #[test]
    fn last_field_of_a_name_counts() {
        let text = r#"{"a": 1, "a": "x", "b": 1, "b": null}"#;
        let Json::Object(fields) = serde_json::from_str(text).unwrap() else {
            panic!("not an object");
        };
        assert_eq!(fields.get("a").and_then(Json::as_str), Some("x"));
        assert_eq!(fields.get("b"), None);
    }

    #[test]
    fn string_without_an_escape_is_borrowed() {
        let text = r#"["plain", "esc\u0061ped"]"#;
        let Json::Array(strings) = serde_json::from_str(text).unwrap() else {
            panic!("not an array");
        };
        assert!(matches!(&strings[0], Json::String(Cow::Borrowed("plain"))));
        assert!(matches!(&strings[1], Json::String(Cow::Owned(text)) if text == "escaped"));
    }
}
