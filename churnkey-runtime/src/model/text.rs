use std::borrow::{Borrow, Cow};
use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A string in a model, such as a name, a code or the line of an address.
///
/// It is made from every string type of the standard library, and read as a `str`. A string of up
/// to 23 bytes needs no allocation, and a longer one is shared by its clones.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::Customer;
///
/// let customer = Customer::new("cus_1").name("Ada");
/// assert_eq!(customer.name.as_deref(), Some("Ada"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(SmolStr);

impl Text {
    /// A string without trimming or normalizing it.
    pub fn new(text: impl Into<Self>) -> Self {
        text.into()
    }

    /// The string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The string as a `String`.
    pub fn into_string(self) -> String {
        self.0.into()
    }
}

macro_rules! from {
    ($($text:ty)+) => {$(
        impl From<$text> for Text {
            fn from(text: $text) -> Self {
                Self(text.into())
            }
        }
    )+};
}

from! { &str &mut str String &String Box<str> Cow<'_, str> }

impl From<char> for Text {
    fn from(letter: char) -> Self {
        Self::from(&*letter.encode_utf8(&mut [0; 4]))
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.into_string()
    }
}

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.into())
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        other == self
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        other == self
    }
}

impl PartialEq<Text> for String {
    fn eq(&self, other: &Text) -> bool {
        other == self
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_from_every_string_type() {
        let long = "a string that is longer than those without an allocation";
        for text in ["", "Ada", "twenty-three bytes long", long] {
            let made = [
                Text::from(text),
                Text::from(text.to_owned()),
                Text::from(&text.to_owned()),
                Text::from(&mut *text.to_owned()),
                Text::from(text.to_owned().into_boxed_str()),
                Text::from(Cow::Borrowed(text)),
                Text::from(Cow::<str>::Owned(text.to_owned())),
                Text::from(&Text::from(text)),
            ];
            for made in made {
                assert_eq!(made, text);
                assert_eq!(made.len(), text.len());
                assert_eq!(String::from(made), text);
            }
        }
        assert_eq!(Text::from('é'), "é");
        assert_eq!("Ada".parse(), Ok(Text::from("Ada")));
    }

    #[test]
    fn text_is_shown_as_a_string() {
        let text = Text::from("a \"b\"");
        assert_eq!(
            format!("{text:?} {text} {text:>6}"),
            r#""a \"b\"" a "b"  a "b""#
        );
        assert_eq!(serde_json::to_string(&text).unwrap(), r#""a \"b\"""#);
        assert_eq!(serde_json::from_str::<Text>(r#""a \"b\"""#).unwrap(), text);
        assert!(serde_json::from_str::<Text>("7").is_err());
    }
}
