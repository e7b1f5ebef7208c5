//! The differences between two versions of a provider, in bounded memory.

use std::collections::BTreeMap;

use churnkey_verify::Severity;
use serde::Serialize;

pub(crate) mod values;

/// Differences that a group keeps; the others are counted in one line.
const MOST_DIFFERENCES: usize = 100;
/// The path of that line.
const OTHER_PLACES: &str = "other places";

/// The result of a comparison.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    /// Version of the JSON form.
    version: u32,
    /// The command: `diff` or `replay`.
    pub(crate) command: &'static str,
    /// The old side.
    pub(crate) old: String,
    /// The new side.
    pub(crate) new: String,
    /// Mode of the data.
    pub(crate) mode: String,
    /// Remarks on the run, for people.
    pub(crate) notes: Vec<String>,
    /// The reason why a part of the run is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) incomplete: Option<String>,
    pub(crate) requests: u64,
    pub(crate) groups: Vec<Group>,
}

/// The differences in one part of the provider, such as a model.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) name: String,
    /// Number of models or calls that were compared.
    pub(crate) compared: u64,
    pub(crate) differences: Vec<Difference>,
    /// Numbers of models or calls that were not compared, by reason.
    pub(crate) skipped: BTreeMap<String, u64>,
}

/// A difference. The same one in several places is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Difference {
    pub(crate) severity: Severity,
    /// The field, without indexes.
    pub(crate) path: String,
    /// The value of the first place at the old side.
    pub(crate) old: String,
    /// The value of the first place at the new side.
    pub(crate) new: String,
    /// The first place: an id, or a line of a recording.
    pub(crate) first: String,
    /// Number of places.
    pub(crate) count: u64,
}

impl Comparison {
    pub(crate) fn new(command: &'static str, old: String, new: String, mode: String) -> Self {
        Self {
            version: 1,
            command,
            old,
            new,
            mode,
            notes: Vec::new(),
            incomplete: None,
            requests: 0,
            groups: Vec::new(),
        }
    }

    /// `true` if there is no difference; with `strict`, no remark either.
    pub(crate) fn is_same(&self, strict: bool) -> bool {
        let mut differences = self.groups.iter().flat_map(|group| &group.differences);
        !differences.any(|difference| difference.severity.is_bad(strict))
    }

    /// Numbers of all that was compared, that differs and that was skipped.
    pub(crate) fn totals(&self) -> (u64, usize, u64) {
        let compared = self.groups.iter().map(|group| group.compared).sum();
        let differences = self.groups.iter().map(|group| group.differences.len());
        let skipped = self.groups.iter().flat_map(|group| group.skipped.values());
        (compared, differences.sum(), skipped.sum())
    }

    pub(crate) fn add(&mut self, groups: Groups) {
        for group in groups.0 {
            merge(&mut self.groups, group);
        }
    }
}

/// A part of a comparison, which a step of a run returns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups(Vec<Group>);

impl Groups {
    fn group(&mut self, name: &str) -> &mut Group {
        let index = match self.0.iter().position(|group| group.name == name) {
            Some(index) => index,
            None => {
                self.0.push(Group {
                    name: name.to_owned(),
                    compared: 0,
                    differences: Vec::new(),
                    skipped: BTreeMap::new(),
                });
                self.0.len() - 1
            }
        };
        &mut self.0[index]
    }

    /// Counts something that was compared.
    pub(crate) fn compared(&mut self, group: &str) {
        self.group(group).compared += 1;
    }

    /// Counts something that could not be compared.
    pub(crate) fn skipped(&mut self, group: &str, reason: &str) {
        *self
            .group(group)
            .skipped
            .entry(reason.to_owned())
            .or_default() += 1;
    }

    /// Adds a difference, or counts another place of it.
    pub(crate) fn differs(&mut self, group: &str, difference: Difference) {
        self.group(group).add(difference);
    }

    pub(crate) fn add(&mut self, others: Self) {
        for group in others.0 {
            merge(&mut self.0, group);
        }
    }

    pub(crate) fn has_differences(&self) -> bool {
        self.0.iter().any(|group| !group.differences.is_empty())
    }

    /// Puts a word before the name of each group.
    pub(crate) fn prefixed(mut self, prefix: &str) -> Self {
        for group in &mut self.0 {
            group.name = format!("{prefix} {}", group.name);
        }
        self
    }
}

impl Group {
    fn add(&mut self, difference: Difference) {
        let is_full = self.differences.len() >= MOST_DIFFERENCES;
        let same_path = |known: &&mut Difference| {
            known.severity == difference.severity && known.path == difference.path
        };
        let known = self.differences.iter_mut().find(same_path);
        match known {
            Some(known) => known.count += difference.count,
            None if !is_full => self.differences.push(difference),
            None => {
                let last = self.differences.last_mut();
                match last.filter(|last| last.path == OTHER_PLACES) {
                    Some(others) => others.count += difference.count,
                    None => self.differences.push(Difference {
                        path: OTHER_PLACES.to_owned(),
                        ..difference
                    }),
                }
            }
        }
    }
}

fn merge(groups: &mut Vec<Group>, group: Group) {
    let Some(known) = groups.iter_mut().find(|known| known.name == group.name) else {
        groups.push(group);
        return;
    };
    known.compared += group.compared;
    for (reason, count) in group.skipped {
        *known.skipped.entry(reason).or_default() += count;
    }
    for difference in group.differences {
        known.add(difference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(path: &str, first: &str) -> Difference {
        Difference {
            severity: Severity::Error,
            path: path.to_owned(),
            old: "a".to_owned(),
            new: "b".to_owned(),
            first: first.to_owned(),
            count: 1,
        }
    }

    #[test]
    fn same_difference_is_counted() {
        let mut one = Groups::default();
        one.differs("prices", difference("name", "p1"));
        let mut other = Groups::default();
        other.differs("prices", difference("name", "p2"));
        other.compared("prices");
        one.add(other);
        let prices = one.group("prices");
        assert_eq!(prices.differences.len(), 1);
        assert_eq!(prices.differences[0].first, "p1");
        assert_eq!((prices.differences[0].count, prices.compared), (2, 1));
    }

    #[test]
    fn number_of_differences_is_bounded() {
        let mut groups = Groups::default();
        for number in 0..1000 {
            groups.differs("prices", difference(&format!("f{number}"), "p"));
        }
        let prices = groups.group("prices");
        assert_eq!(prices.differences.len(), MOST_DIFFERENCES + 1);
        let others = &prices.differences[MOST_DIFFERENCES];
        assert_eq!((others.path.as_str(), others.count), (OTHER_PLACES, 900));
    }
}
