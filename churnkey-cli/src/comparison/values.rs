//! The places where two models differ.

use std::collections::{BTreeSet, HashMap, HashSet};

use churnkey_protocol::is_protocol_word;
use churnkey_runtime::Timestamp;
use churnkey_verify::internal::printable;
use churnkey_verify::{Module, Severity};
use serde_json::{Map, Value};

use super::{Difference, Groups};

/// Characters of a value that are shown.
const MOST_SHOWN: usize = 60;

/// The comparison of two models.
pub(crate) struct Models<'g> {
    pub(crate) groups: &'g mut Groups,
    /// Shows types instead of values, because they are those of real customers.
    pub(crate) is_live: bool,
}

/// A place in a model. A price in a subscription is a place of prices.
#[derive(Clone)]
struct Place {
    module: Module,
    id: String,
    path: String,
}

impl Models<'_> {
    /// Compares two models with the same id, and reports the first place as `id` has it.
    pub(crate) fn compare(&mut self, module: Module, id: &str, old: &Value, new: &Value) {
        let place = Place {
            module,
            id: id.to_owned(),
            path: String::new(),
        };
        self.walk(&place, Some(old), Some(new));
    }

    fn walk(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        // In the protocol, `null` and an empty list mean the same as an absent field.
        let [old, new] = [old, new].map(|value| value.filter(|value| !is_nothing(value)));
        match (old, new) {
            (None, None) => {}
            (Some(one), Some(other)) if same(one, other) => {}
            (Some(Value::Object(_)), Some(Value::Object(_))) if place.is_metadata() => {
                self.differs(place, old, new);
            }
            (Some(Value::Object(one)), Some(Value::Object(other))) => {
                let keys: BTreeSet<_> = one.keys().chain(other.keys()).collect();
                for key in keys {
                    let place = place.field(key, one.get(key), other.get(key));
                    self.walk(&place, one.get(key), other.get(key));
                }
            }
            (Some(Value::Array(one)), Some(Value::Array(other))) => {
                for (one, other) in pairs(one, other) {
                    self.walk(&place.element(), one, other);
                }
            }
            _ => self.differs(place, old, new),
        }
    }

    fn differs(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let difference = Difference {
            severity: Severity::Error,
            path: place.path.clone(),
            old: self.shown(old),
            new: self.shown(new),
            first: place.id.clone(),
            count: 1,
        };
        self.groups.differs(place.module.as_str(), difference);
    }

    /// A value for people, in live mode without anything personal.
    pub(crate) fn shown(&self, value: Option<&Value>) -> String {
        match value {
            None => "absent".to_owned(),
            Some(Value::Null) => "null".to_owned(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(Value::String(word)) if is_protocol_word(word) => word.clone(),
            Some(Value::Number(_)) if self.is_live => "a number".to_owned(),
            Some(Value::String(_)) if self.is_live => "a string".to_owned(),
            Some(Value::Array(items)) => format!("a list of {}", items.len()),
            Some(Value::Object(_)) => "an object".to_owned(),
            Some(plain) => {
                let text = plain.to_string();
                let mut short: String = text.chars().take(MOST_SHOWN).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                printable(&short)
            }
        }
    }
}

impl Place {
    fn is_metadata(&self) -> bool {
        self.path.rsplit('.').next() == Some("metadata")
    }

    fn field(&self, key: &str, old: Option<&Value>, new: Option<&Value>) -> Self {
        let module = match key {
            "price" => Some(Module::Prices),
            "coupon" => Some(Module::Coupons),
            _ => None,
        };
        // Another price in its place is a difference of the subscription.
        let id = old.and_then(id_of).filter(|id| {
            let other = new.and_then(id_of);
            other == Some(*id)
        });
        if let (Some(module), Some(id)) = (module, id) {
            return Self {
                module,
                id: id.to_owned(),
                path: String::new(),
            };
        }
        let dot = if self.path.is_empty() { "" } else { "." };
        Self {
            path: format!("{}{dot}{key}", self.path),
            ..self.clone()
        }
    }

    fn element(&self) -> Self {
        Self {
            path: format!("{}[]", self.path),
            ..self.clone()
        }
    }
}

/// The id of a model.
pub(crate) fn id_of(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// `true` for the same number and for the same moment, however they are written.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::String(one), Value::String(other)) => {
            let moment = |text: &str| text.parse::<Timestamp>().ok();
            one == other || moment(one).is_some_and(|one| moment(other) == Some(one))
        }
        (one, other) => one == other,
    }
}

/// Elements of two lists that belong together: by their id, or by their place.
pub(crate) fn pairs<'v>(
    one: &'v [Value],
    other: &'v [Value],
) -> Vec<(Option<&'v Value>, Option<&'v Value>)> {
    if let (Some(_), Some(mut by_key)) = (keyed(one), keyed(other)) {
        let mut pairs: Vec<_> = one
            .iter()
            .map(|value| (Some(value), key(value).and_then(|key| by_key.remove(key))))
            .collect();
        let rest = other
            .iter()
            .filter(|value| key(value).is_some_and(|key| by_key.contains_key(key)));
        pairs.extend(rest.map(|value| (None, Some(value))));
        return pairs;
    }
    let longest = one.len().max(other.len());
    (0..longest)
        .map(|index| (one.get(index), other.get(index)))
        .collect()
}

/// The elements by their keys, if each has another one.
fn keyed(values: &[Value]) -> Option<HashMap<&str, &Value>> {
    let keys: Option<Vec<_>> = values.iter().map(key).collect();
    let keys = keys?;
    let unique: HashSet<_> = keys.iter().collect();
    (unique.len() == values.len()).then(|| keys.into_iter().zip(values).collect())
}

/// The id of an element, or that of the coupon in a discount.
fn key(value: &Value) -> Option<&str> {
    let fields: &Map<String, Value> = value.as_object()?;
    id_of(value).or_else(|| fields.get("coupon").and_then(id_of))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::comparison::Comparison;

    fn compared(is_live: bool, old: &Value, new: &Value) -> Vec<(String, Difference)> {
        let mut groups = Groups::default();
        let mut models = Models {
            groups: &mut groups,
            is_live,
        };
        models.compare(Module::Subscriptions, "s1", old, new);
        let mut comparison =
            Comparison::new("diff", String::new(), String::new(), "test".to_owned());
        comparison.add(groups);
        let groups = comparison.groups.into_iter();
        groups
            .flat_map(|group| {
                let name = group.name;
                let all = group.differences.into_iter();
                all.map(move |one| (name.clone(), one))
            })
            .collect()
    }

    #[test]
    fn same_meaning_is_no_difference() {
        let old = json!({
            "id": "s1", "start": "2026-05-01T00:00:00.000Z", "quantity": 12, "metadata": null,
            "discounts": [], "items": [{ "id": "a" }, { "id": "b" }],
        });
        let new = json!({
            "id": "s1", "start": "2026-05-01T02:00:00+02:00", "quantity": 12.0,
            "items": [{ "id": "b" }, { "id": "a" }],
        });
        assert_eq!(compared(false, &old, &new), []);
    }

    #[test]
    fn difference_belongs_to_the_innermost_model() {
        let item =
            |amount| json!({ "id": "i", "price": { "id": "p", "amount": { "unit": amount } } });
        let old = json!({ "status": { "name": "active" }, "items": [item(json!(1900))] });
        let new = json!({
            "status": { "name": "paused" }, "items": [item(json!("19.00")), { "id": "j" }]
        });
        let all = compared(false, &old, &new);
        let brief: Vec<_> = all
            .iter()
            .map(|(group, one)| {
                let [path, old, new, first] = [&one.path, &one.old, &one.new, &one.first];
                format!("{group} {first} {path}: {old} {new}")
            })
            .collect();
        assert_eq!(
            brief,
            [
                "prices p amount.unit: 1900 \"19.00\"",
                "subscriptions s1 items[]: absent an object",
                "subscriptions s1 status.name: active paused",
            ]
        );
    }

    #[test]
    fn another_price_differs_by_its_id() {
        let item = |price| json!({ "items": [{ "id": "i", "price": { "id": price } }] });
        let all = compared(false, &item("p"), &item("q"));
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].1.path, "items[].price.id");
    }

    #[test]
    fn live_values_are_not_shown() {
        let old = json!({ "name": "Ada", "age": 3, "metadata": { "zed": "x" }, "a": "active" });
        let new = json!({ "name": "Bob", "age": 4, "metadata": { "bob": "x" }, "a": "trial" });
        let text = format!("{:?}", compared(true, &old, &new));
        for secret in ["Ada", "Bob", "zed", "bob", "3", "4"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(text.contains("active") && text.contains("trial"), "{text}");
    }
}
