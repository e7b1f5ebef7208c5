//! Removal of the token from what a page shows.

use churnkey_verify::internal::encoded;
use serde_json::Value;

/// The replacement of the token.
const NAME: &str = "$CK_INTEGRATION_TOKEN";
/// A shorter token is not replaced: it protects nothing, and may be part of any word.
const SHORTEST: usize = 8;

/// Removes the token. A provider may send it back, for example in an error message.
#[derive(Clone)]
pub(super) struct Scrub {
    /// The token, and the token in a URL.
    spellings: Vec<String>,
}

impl Scrub {
    pub(super) fn new(token: &str) -> Self {
        let mut spellings = Vec::new();
        if token.len() >= SHORTEST {
            spellings.push(token.to_owned());
            spellings.push(encoded(token));
            spellings.dedup();
        }
        Self { spellings }
    }

    /// The text without the token, or `None` if the text does not contain it.
    pub(super) fn text(&self, text: &str) -> Option<String> {
        let found = self.spellings.iter().filter(|one| text.contains(&**one));
        found.fold(None, |clean: Option<String>, spelling| {
            let text = clean.as_deref().unwrap_or(text);
            Some(text.replace(spelling, NAME))
        })
    }

    /// A body without the token. JSON can escape a string in many ways, so a search in the raw text
    /// is not sufficient.
    pub(super) fn body(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        let text = self.text(&text).unwrap_or_else(|| text.into_owned());
        if text.contains('\\')
            && let Ok(mut value) = serde_json::from_str::<Value>(&text)
            && self.value(&mut value)
        {
            return value.to_string();
        }
        text
    }

    /// Removes the token from parsed JSON. Returns true if there was one.
    pub(super) fn value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.text(text) {
                Some(clean) => {
                    *text = clean;
                    true
                }
                None => false,
            },
            Value::Array(items) => {
                let mut found = false;
                for item in items {
                    found |= self.value(item);
                }
                found
            }
            Value::Object(fields) => {
                let mut found = false;
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, mut value)| {
                        found |= self.value(&mut value);
                        let clean = self.text(&name);
                        found |= clean.is_some();
                        (clean.unwrap_or(name), value)
                    })
                    .collect();
                found
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_removed_in_every_spelling() {
        let scrub = Scrub::new("to/ken-123");
        let escaped = br#"{"a": ["\u0074o\/ken-123"], "to/ken-123": 1}"#;
        assert_eq!(
            scrub.body(escaped),
            r#"{"$CK_INTEGRATION_TOKEN":1,"a":["$CK_INTEGRATION_TOKEN"]}"#
        );
        assert_eq!(
            scrub.text("/x/to%2Fken-123 to/ken-123").as_deref(),
            Some("/x/$CK_INTEGRATION_TOKEN $CK_INTEGRATION_TOKEN")
        );
    }

    #[test]
    fn other_text_stays_as_it_is() {
        let body = r#"{ "a":  "\u0061" }"#;
        assert_eq!(Scrub::new("token-12").body(body.as_bytes()), body);
        assert_eq!(Scrub::new("short").text("short"), None);
    }
}
