//! The part of the protocol that a run exercised.

use super::{Coverage, ModuleReport, Outcome, State, Unexercised};
use crate::check::{ACTION_EFFECT, MODEL};
use crate::module::Module;

/// The coverage of these modules, of which the expected ones must have a result.
pub(crate) fn of(modules: &[ModuleReport], expected: &[Module]) -> Coverage {
    let declared = modules
        .iter()
        .filter(|module| module.state != State::Absent);
    let outcomes = declared.flat_map(|module| &module.checks);
    let outcomes: Vec<_> = outcomes.map(|check| check.outcome).collect();
    let is_done = |outcome: &&Outcome| **outcome != Outcome::Skipped;
    let of_module = |module: &Module| modules.iter().find(|report| report.module == *module);
    Coverage {
        checks: outcomes.len() as u64,
        exercised: outcomes.iter().filter(is_done).count() as u64,
        unexercised: expected
            .iter()
            .filter_map(of_module)
            .filter_map(unexercised)
            .collect(),
    }
}

/// The reason why a module was not exercised: its main check has no result, and no fault explains
/// it.
fn unexercised(report: &ModuleReport) -> Option<Unexercised> {
    let main = match report.module.is_action() {
        true => ACTION_EFFECT.id(report.module),
        false => MODEL.id(report.module),
    };
    let check = report.checks.iter().find(|check| check.id == main);
    let is_done = check.is_some_and(|check| check.outcome != Outcome::Skipped);
    (!is_done && report.state != State::Faulty).then(|| Unexercised {
        module: report.module,
        reason: check
            .and_then(|check| check.reason.clone())
            .unwrap_or_else(|| "the data have no case for it".to_owned()),
    })
}
