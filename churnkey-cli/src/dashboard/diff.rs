//! The differences between two models.

use std::collections::BTreeMap;

use serde_json::Value;

/// A field before and after, as JSON; `None` where it is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) path: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl Row {
    /// The kind of change, or `None` if the field is unchanged.
    pub(super) fn change(&self) -> Option<&'static str> {
        match (&self.before, &self.after) {
            (before, after) if before == after => None,
            (None, _) => Some("new"),
            (_, None) => Some("removed"),
            _ => Some("changed"),
        }
    }
}

/// All fields of the two models, in the order of their paths.
pub(super) fn rows(before: &Value, after: &Value) -> Vec<Row> {
    let mut fields: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    for (side, value) in [before, after].into_iter().enumerate() {
        let mut leaves = Vec::new();
        walk("", value, &mut leaves);
        for (path, leaf) in leaves {
            fields.entry(path).or_default()[side] = Some(leaf);
        }
    }
    let rows = fields.into_iter();
    rows.map(|(path, [before, after])| Row {
        path,
        before,
        after,
    })
    .collect()
}

fn walk(path: &str, value: &Value, leaves: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                match path.is_empty() {
                    true => walk(name, value, leaves),
                    false => walk(&format!("{path}.{name}"), value, leaves),
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                walk(&format!("{path}[{index}]"), item, leaves);
            }
        }
        Value::String(text) => leaves.push((path.to_owned(), text.clone())),
        // In the protocol, `null` means the same as an absent field.
        Value::Null => {}
        other => leaves.push((path.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_marked_changed_new_or_removed() {
        let before = json!({ "status": { "name": "active" }, "items": [{ "quantity": 1 }], "same": [], "old": true });
        let after = json!({ "status": { "name": "paused", "pause": { "start": "x" } }, "items": [{ "quantity": 1 }], "same": [], "old": null });
        let changes: Vec<_> = rows(&before, &after)
            .iter()
            .map(|row| (row.path.clone(), row.change()))
            .collect();
        assert_eq!(
            changes,
            [
                ("items[0].quantity".to_owned(), None),
                ("old".to_owned(), Some("removed")),
                ("same".to_owned(), None),
                ("status.name".to_owned(), Some("changed")),
                ("status.pause.start".to_owned(), Some("new")),
            ]
        );
    }
}
