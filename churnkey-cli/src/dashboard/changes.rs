//! The differences between the reports of two runs.

use std::collections::BTreeSet;

use churnkey_verify::{Finding, Module, Outcome, Report, State};

/// The differences between an older and a newer report.
#[derive(Debug, Default)]
pub(super) struct Changes<'a> {
    /// Findings that only the newer report has.
    pub(super) new: Vec<&'a Finding>,
    /// Findings that only the older report has, and whose check ran again.
    pub(super) fixed: Vec<&'a Finding>,
    /// Findings that only the older report has, and whose check did not run again.
    pub(super) unchecked: Vec<&'a Finding>,
    /// The number of findings that both reports have.
    pub(super) remaining: usize,
    /// Modules whose state differs.
    pub(super) states: Vec<(Module, State, State)>,
    /// Features that were added to or dropped from a module.
    pub(super) features: Vec<(Module, String)>,
    /// Modules whose number of items differs.
    pub(super) items: Vec<(Module, u64, u64)>,
}

/// The identity of a finding in all runs.
fn key(finding: &Finding) -> (&str, Option<&str>) {
    (&finding.id, finding.path.as_deref())
}

/// Compares two reports of the same provider.
pub(super) fn changes<'a>(older: &'a Report, newer: &'a Report) -> Changes<'a> {
    let keys = |report: &'a Report| report.findings.iter().map(key).collect::<BTreeSet<_>>();
    let (before, after) = (keys(older), keys(newer));
    let ran = |finding: &&Finding| {
        let mut checks = newer.modules.iter().flat_map(|module| &module.checks);
        checks.any(|check| check.id == finding.id && check.outcome != Outcome::Skipped)
    };
    let new = newer.findings.iter();
    let gone = older.findings.iter();
    let (fixed, unchecked) = gone
        .filter(|finding| !after.contains(&key(finding)))
        .partition(ran);
    let mut changes = Changes {
        new: new
            .filter(|finding| !before.contains(&key(finding)))
            .collect(),
        fixed,
        unchecked,
        remaining: before.intersection(&after).count(),
        ..Changes::default()
    };
    for module in &newer.modules {
        let mut others = older.modules.iter();
        let Some(other) = others.find(|other| other.module == module.module) else {
            continue;
        };
        let name = module.module;
        if other.state != module.state {
            changes.states.push((name, other.state, module.state));
        }
        if other.items != module.items {
            changes.items.push((name, other.items, module.items));
        }
        for feature in &module.features {
            if !other.features.contains(feature) {
                changes.features.push((name, format!("now {feature}")));
            }
        }
        for feature in &other.features {
            if !module.features.contains(feature) {
                let dropped = format!("no longer {feature}");
                changes.features.push((name, dropped));
            }
        }
    }
    changes
}

impl Changes<'_> {
    /// Returns true if the reports are equal in all that is compared.
    pub(super) fn is_empty(&self) -> bool {
        self.new.is_empty()
            && self.fixed.is_empty()
            && self.unchecked.is_empty()
            && self.states.is_empty()
            && self.features.is_empty()
            && self.items.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty() -> Report {
        serde_json::from_str(include_str!("../report/tests/faulty.json")).expect("a report")
    }

    #[test]
    fn equal_reports_have_no_changes() {
        let report = faulty();
        let changes = changes(&report, &report);
        assert!(changes.is_empty());
        assert_eq!(changes.remaining, report.findings.len());
    }

    #[test]
    fn gone_finding_is_fixed_only_if_its_check_ran() {
        let older = faulty();
        let mut newer = faulty();
        let gone = newer.findings.remove(0);
        let fixed = |newer: &Report| {
            let changes = changes(&older, newer);
            (changes.fixed.len(), changes.unchecked.len())
        };
        assert_eq!(fixed(&newer), (1, 0));
        for check in newer
            .modules
            .iter_mut()
            .flat_map(|module| &mut module.checks)
        {
            if check.id == gone.id {
                check.outcome = Outcome::Skipped;
            }
        }
        assert_eq!(fixed(&newer), (0, 1));
        let new = changes(&newer, &older).new;
        assert_eq!(new, [&gone]);
    }

    #[test]
    fn features_and_items_are_compared() {
        let older = faulty();
        let mut newer = faulty();
        newer.modules[2].features = vec!["type: other".to_owned()];
        newer.modules[2].items += 1;
        let changes = changes(&older, &newer);
        assert!(!changes.is_empty() && !changes.features.is_empty());
        assert_eq!(changes.items.len(), 1);
    }
}
