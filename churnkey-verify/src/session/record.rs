//! Results of a run so far.

use std::collections::{BTreeMap, HashMap};

use crate::check::{CHECKS, Severity};
use crate::client::Response;
use crate::module::Module;
use crate::report::{Change, CheckReport, Finding, ModuleReport, Outcome, State};

#[derive(Default)]
pub(super) struct Record {
    pub(super) current: Option<Module>,
    pub(super) modules: BTreeMap<Module, ModuleRecord>,
    pub(super) findings: BTreeMap<(String, Option<String>), Finding>,
    pub(super) changes: Vec<Change>,
    /// The modules that the run must exercise.
    pub(super) expected: Vec<Module>,
    pub(super) stopped: Option<String>,
    pub(super) ahead: Ahead,
    /// Number of modules whose checks began.
    pub(super) begun: usize,
    /// Number of modules of the run; 0 if it is not known yet.
    pub(super) total: usize,
    /// A request that was sent ahead had no response.
    pub(super) has_error_ahead: bool,
    pub(super) incomplete: bool,
}

/// Responses to requests that were sent ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    pub(super) responses: HashMap<String, Response>,
    /// The number of requests that can change data when the responses were received.
    pub(super) posted: u64,
}

#[derive(Default)]
pub(super) struct ModuleRecord {
    pub(super) features: Vec<String>,
    pub(super) absent: bool,
    pub(super) items: u64,
    pub(super) checks: BTreeMap<&'static str, (Outcome, Option<String>)>,
}

impl Record {
    /// The path of a finding. Their number is limited, because a provider can generate field names.
    pub(super) fn path_of(&self, id: &str, path: Option<String>) -> Option<String> {
        const MAX_PATHS: usize = 25;
        let key = (id.to_owned(), path);
        if self.findings.contains_key(&key) {
            return key.1;
        }
        let of_check = self.findings.range((key.0.clone(), None)..);
        let places = of_check.take_while(|((other, _), _)| *other == key.0);
        match places.count() {
            0..MAX_PATHS => key.1,
            _ => Some("other places".to_owned()),
        }
    }

    pub(super) fn report(&self, module: Module) -> ModuleReport {
        let nothing = ModuleRecord::default();
        let record = self.modules.get(&module).unwrap_or(&nothing);
        let mut checks = Vec::new();
        for check in CHECKS {
            if let Some((outcome, reason)) = record.checks.get(check.name)
                && check.modules.contains(&module)
            {
                checks.push(CheckReport {
                    id: check.id(module),
                    outcome: *outcome,
                    reason: reason.clone(),
                });
            }
        }
        let faulty = self
            .findings
            .values()
            .any(|finding| finding.module == module && finding.severity == Severity::Error);
        let was_checked = checks.iter().any(|check| check.outcome != Outcome::Skipped);
        ModuleReport {
            module,
            state: match (faulty, was_checked) {
                (true, _) => State::Faulty,
                (false, true) => State::Good,
                (false, false) if record.absent => State::Absent,
                (false, false) => State::Skipped,
            },
            features: record.features.clone(),
            items: record.items,
            checks,
        }
    }
}
