//! Reducing a body to what says nothing about a person.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use churnkey_protocol::spelling::{AMOUNT, COUNTS, DATE};
use churnkey_protocol::{FieldKind, MODULES, is_protocol_word};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::action::keys::is_name;
use crate::error::{Error, Result};
use crate::model::timestamp::Timestamp;

/// Stands for a string that was dropped.
pub(super) const DROPPED: &str = "*";
/// Stands for a key that does not look like the name of a field.
const OTHER_KEY: &str = "?";
/// Fields and elements of one value.
const MOST: usize = 64;
/// Levels of a value.
const LEVELS: usize = 8;
/// Paths of the shape of a response.
const MOST_PATHS: usize = 256;

/// Pseudonyms of ids, under a random key that is stored nowhere.
pub(super) struct Pseudonyms {
    key: [u8; 32],
}

impl Pseudonyms {
    pub(super) fn new() -> Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|cause| {
            let message = "the system has no random numbers";
            Error::new(StatusCode::INTERNAL_SERVER_ERROR, message).with_cause(cause.to_string())
        })?;
        Ok(Self { key })
    }

    /// `id:` and sixteen hexadecimal digits. Its length says nothing, and the key comes first and
    /// last, so that nothing can be appended to a known one.
    pub(super) fn of(&self, id: &str) -> String {
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update(id)
            .chain_update(self.key)
            .finalize();
        let digits = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
        format!("id:{}", digits.collect::<String>())
    }

    /// A value without anything personal.
    pub(super) fn reduce(&self, value: &Value) -> Value {
        self.value("", value, LEVELS)
    }

    fn value(&self, key: &str, value: &Value, levels: usize) -> Value {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
            Value::String(text) => self.text(key, text),
            _ if levels == 0 => json!(DROPPED),
            Value::Array(values) => values
                .iter()
                .take(MOST)
                .map(|value| self.value(key, value, levels - 1))
                .collect(),
            Value::Object(fields) => self.fields(fields, levels - 1).into(),
        }
    }

    fn fields(&self, fields: &Map<String, Value>, levels: usize) -> Map<String, Value> {
        let fields = fields.iter().take(MOST).map(|(key, value)| {
            let name = if is_name(key) { key } else { OTHER_KEY };
            let value = match key.as_str() {
                // Its keys may be personal as well.
                "metadata" => json!(DROPPED),
                _ => self.value(key, value, levels),
            };
            (name.to_owned(), value)
        });
        fields.collect()
    }

    fn text(&self, key: &str, text: &str) -> Value {
        let numeric = || {
            text.len() <= 14
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.')
        };
        let is_numeric = AMOUNT.contains(&key) || COUNTS.contains(&key) || DATE.contains(&key);
        if text.is_empty() || is_protocol_word(text) || is_date(text) || is_numeric && numeric() {
            json!(text)
        } else if is_id(key) {
            json!(self.of(text))
        } else {
            json!(DROPPED)
        }
    }
}

fn is_date(text: &str) -> bool {
    let date_time = match text.len() {
        10 => format!("{text}T00:00:00Z").parse::<Timestamp>(),
        _ => text.parse(),
    };
    date_time.is_ok()
}

/// A field whose value is an id, by the table or by its name.
fn is_id(key: &str) -> bool {
    let mut fields = MODULES.iter().flat_map(|module| module.fields);
    key == "id"
        || key.ends_with("Id")
        || key.ends_with("_id")
        || fields.any(|field| {
            matches!(field.kind, FieldKind::Id(_)) && field.names().any(|name| name == key)
        })
}

/// The shape of a response: the paths of its fields with their types, in order. Elements of a list
/// are merged.
pub fn shape(value: &Value) -> Vec<String> {
    let mut paths = BTreeSet::new();
    add_shape(value, String::new(), &mut paths);
    paths.into_iter().collect()
}

fn add_shape(value: &Value, path: String, paths: &mut BTreeSet<String>) {
    if paths.len() >= MOST_PATHS {
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(values) => {
            for value in values {
                add_shape(value, format!("{path}[]"), paths);
            }
            "array"
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                let name = if is_name(key) { key } else { OTHER_KEY };
                let dot = if path.is_empty() { "" } else { "." };
                if key == "metadata" {
                    paths.insert(format!("{path}{dot}metadata: object"));
                } else {
                    add_shape(value, format!("{path}{dot}{name}"), paths);
                }
            }
            "object"
        }
    };
    paths.insert(format!("{path}: {kind}"));
}
