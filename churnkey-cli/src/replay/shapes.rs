//! Comparison of the shapes of responses.
//!
//! Without values, the recorded item and the one of the provider may be different ones. A field
//! that one of them lacks is therefore a difference only if no other item of the model has it.

use std::collections::{BTreeMap, BTreeSet};

use churnkey_verify::Severity;

use crate::comparison::{Difference, Groups};

/// The types of each field.
pub(crate) type Shape = BTreeMap<String, BTreeSet<String>>;

/// The shapes of a run, by group.
#[derive(Default)]
pub(crate) struct Shapes {
    pairs: Vec<(String, String, Shape, Shape)>,
    /// Fields of all recorded items.
    recorded: BTreeMap<String, Shape>,
    /// Fields of all items of the provider.
    own: BTreeMap<String, Shape>,
}

impl Shapes {
    /// Adds a response of the provider to that of the recording.
    pub(crate) fn add(&mut self, group: &str, place: &str, recorded: Shape, own: Shape) {
        merge(
            self.recorded.entry(group.to_owned()).or_default(),
            &recorded,
        );
        self.see(group, &own);
        self.pairs
            .push((group.to_owned(), place.to_owned(), recorded, own));
    }

    /// Adds an item of the provider.
    pub(crate) fn see(&mut self, group: &str, own: &Shape) {
        merge(self.own.entry(group.to_owned()).or_default(), own);
    }

    /// Reports the differences of all pairs.
    pub(crate) fn differences(self, groups: &mut Groups) {
        let nothing = Shape::new();
        for (group, place, recorded, own) in &self.pairs {
            let all_recorded = self.recorded.get(group).unwrap_or(&nothing);
            let all_own = self.own.get(group).unwrap_or(&nothing);
            let mut report = |severity, path: &str, old: String, new: String| {
                let path = match path {
                    "" => "(response)",
                    path => path,
                };
                let difference = Difference {
                    severity,
                    path: path.to_owned(),
                    old,
                    new,
                    first: place.clone(),
                    count: 1,
                };
                groups.differs(group, difference);
            };
            for (path, types) in recorded {
                match own.get(path) {
                    Some(others) if !agree(types, others) => {
                        report(Severity::Error, path, words(types), words(others));
                    }
                    Some(_) => {}
                    None if is_null(types) || has_lost_parent(path, recorded, own) => {}
                    None if all_own.contains_key(path) => {}
                    None => report(Severity::Error, path, words(types), "absent".to_owned()),
                }
            }
            for (path, types) in own {
                let is_new = !recorded.contains_key(path) && !all_recorded.contains_key(path);
                if is_new && !is_null(types) && !has_lost_parent(path, own, recorded) {
                    report(Severity::Warning, path, "absent".to_owned(), words(types));
                }
            }
        }
    }
}

/// Reads lines such as `status.name: string`.
pub(crate) fn of_lines<S: AsRef<str>>(lines: &[S]) -> Shape {
    let mut shape = Shape::new();
    for line in lines {
        let (path, kind) = line.as_ref().rsplit_once(": ").unwrap_or_default();
        let types = shape.entry(path.to_owned()).or_default();
        types.insert(kind.to_owned());
    }
    shape
}

/// The shape of the items of a page.
pub(crate) fn of_items(page: &Shape) -> Shape {
    let items = page.iter().filter_map(|(path, types)| {
        let path = path.strip_prefix("data[]")?;
        Some((path.trim_start_matches('.').to_owned(), types.clone()))
    });
    items.collect()
}

fn merge(into: &mut Shape, from: &Shape) {
    for (path, types) in from {
        into.entry(path.clone())
            .or_default()
            .extend(types.iter().cloned());
    }
}

/// `null` means the same as an absent field.
fn agree(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    is_null(one) || is_null(other) || !one.is_disjoint(other)
}

fn is_null(types: &BTreeSet<String>) -> bool {
    types.iter().all(|kind| kind == "null")
}

/// `true` if the object or list around a field is absent too.
fn has_lost_parent(path: &str, of: &Shape, other: &Shape) -> bool {
    let parent = match path.strip_suffix("[]") {
        Some(list) => list,
        None => path.rsplit_once('.').map_or("", |(parent, _)| parent),
    };
    !path.is_empty() && of.contains_key(parent) && !other.contains_key(parent)
        // Elements of a list that is empty at one side.
        || path.ends_with("[]") && other.contains_key(parent)
}

fn words(types: &BTreeSet<String>) -> String {
    let types: Vec<_> = types.iter().map(String::as_str).collect();
    types.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Comparison;

    fn differences(add: impl FnOnce(&mut Shapes)) -> Vec<String> {
        let mut shapes = Shapes::default();
        add(&mut shapes);
        let mut groups = Groups::default();
        shapes.differences(&mut groups);
        let mut comparison =
            Comparison::new("replay", String::new(), String::new(), "test".to_owned());
        comparison.add(groups);
        let all = comparison
            .groups
            .into_iter()
            .flat_map(|group| group.differences);
        all.map(|one| {
            format!(
                "{} {}: {} {}",
                one.severity.as_str(),
                one.path,
                one.old,
                one.new
            )
        })
        .collect()
    }

    #[test]
    fn field_of_other_data_is_no_difference() {
        let full = of_lines(&[
            ": object",
            "id: string",
            "pause: object",
            "pause.end: string",
        ]);
        let brief = of_lines(&[": object", "id: string"]);
        let found = differences(|shapes| {
            shapes.add("subscriptions", "line 2", full.clone(), brief.clone());
            shapes.see("subscriptions", &full);
            shapes.add("subscriptions", "line 3", brief, full);
        });
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn renamed_field_and_other_type_are_differences() {
        let old = of_lines(&[
            ": object",
            "amount: object",
            "amount.unit: number",
            "name: null",
        ]);
        let new = of_lines(&[
            ": object",
            "amount: object",
            "amount.cents: number",
            "name: string",
        ]);
        let text = of_lines(&[": object", "amount: object", "amount.unit: string"]);
        let found = differences(|shapes| {
            shapes.add("prices", "line 2", old.clone(), new);
        });
        let expected = [
            "error amount.unit: number absent",
            "warning amount.cents: absent number",
        ];
        assert_eq!(found, expected);
        let found = differences(|shapes| shapes.add("prices", "line 2", old, text));
        assert_eq!(found, ["error amount.unit: number string"]);
    }

    #[test]
    fn items_of_an_empty_page_are_no_difference() {
        let page = of_lines(&["data: array", "data[]: object", "data[].id: string"]);
        let empty = of_lines(&["data: array"]);
        assert_eq!(of_items(&page), of_lines(&[": object", "id: string"]));
        let found = differences(|shapes| shapes.add("prices", "line 2", page, empty));
        assert_eq!(found, [""; 0]);
    }
}
