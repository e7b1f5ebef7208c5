//! The keys of a body, for the message of a refusal.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::json::{Json, Object};

/// Levels of objects: `duration.period.months` has three.
const LEVELS: usize = 3;
/// Keys that are listed. The rest are counted.
const MOST_KEYS: usize = 24;
/// Length of a key that is listed, in bytes.
const MOST_BYTES: usize = 40;

/// Adds the keys that were received, so that the first real call shows what the guide leaves open.
///
/// Values are never part of it. A key that does not look like the name of a field is counted and
/// not listed, because it may be a value.
pub(crate) fn list_received(refusal: Error, body: &Object<'_>) -> Error {
    let mut keys = Keys::default();
    keys.add(body, "", LEVELS);
    Error::new(
        refusal.status(),
        format!("{} ({})", refusal.message(), keys.describe()),
    )
}

#[derive(Default)]
struct Keys {
    listed: Vec<String>,
    others: usize,
}

impl Keys {
    fn add(&mut self, fields: &Object<'_>, prefix: &str, levels: usize) {
        // Sorted, and a key that was sent twice is listed once.
        for (key, value) in fields.iter().collect::<BTreeMap<_, _>>() {
            if !is_name(key) || self.listed.len() == MOST_KEYS {
                self.others += 1;
                continue;
            }
            let path = format!("{prefix}{key}");
            if let Json::Object(fields) = value
                && levels > 1
            {
                let prefix = format!("{path}.");
                self.listed.push(path);
                self.add(fields, &prefix, levels - 1);
            } else {
                self.listed.push(path);
            }
        }
    }

    fn describe(mut self) -> String {
        self.listed.sort_unstable();
        let listed = self.listed.join(", ");
        match (self.listed.is_empty(), self.others) {
            (true, 0) => "no keys were received".to_owned(),
            (true, others) => format!("keys received: {others} that are no names"),
            (false, 0) => format!("keys received: {listed}"),
            (false, others) => format!("keys received: {listed} and {others} more"),
        }
    }
}

/// `true` for a name as programs write it, in any convention.
pub(crate) fn is_name(key: &str) -> bool {
    key.len() <= MOST_BYTES
        && key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    fn message(body: &Value) -> String {
        let refusal = Error::bad_request("`id` is required");
        let Json::Object(fields) = Json::from(body) else {
            panic!("not an object: {body}");
        };
        list_received(refusal, &fields).message().to_owned()
    }

    #[test]
    fn keys_are_listed_without_values() {
        for (body, expected) in [
            (json!({}), "no keys were received"),
            (
                json!({"customerId": "c", "Sub-id": 1, "coupon_id": null}),
                "keys received: Sub-id, coupon_id, customerId",
            ),
            (
                json!({"duration": {"period": {"months": {"n": 1}}}}),
                "keys received: duration, duration.period, duration.period.months",
            ),
            (
                json!({"a@b.test": 1, "id": [{"x": 1}], "": 2, "1": 3, "é": 4}),
                "keys received: id and 4 more",
            ),
            (json!({"a b": 1}), "keys received: 1 that are no names"),
        ] {
            assert_eq!(message(&body), format!("`id` is required ({expected})"));
        }
    }

    #[test]
    fn list_is_bounded_in_number_and_length() {
        let key = |number| format!("{}{number}", "k".repeat(MOST_BYTES - 5));
        let many: Map<_, _> = (10_000..20_000)
            .map(|number| (key(number), json!({})))
            .collect();
        let message = message(&Value::Object(many));
        assert!(message.len() < 1200, "{message}");
        assert!(message.ends_with("and 9976 more)"), "{message}");
        assert!(!is_name(&"k".repeat(MOST_BYTES + 1)));
    }
}
