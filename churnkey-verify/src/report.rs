//! The report of a run.

use serde::{Deserialize, Serialize};

use crate::check::{Cause, Known, Severity};
use crate::module::Module;

pub(crate) mod coverage;
pub(crate) mod group;
pub(crate) mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod text;

/// The report of a run. `docs/verify-report.schema.json` is the schema of its JSON form.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// Version of the format: 1.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub version: u32,
    /// API root URL of the provider, or `in process`.
    pub target: String,
    /// Mode of the run: `test` or `live`.
    #[cfg_attr(test, schemars(extend("enum" = ["test", "live"])))]
    pub mode: String,
    /// False if the run ended before all checks ran. The reasons are in the skipped checks.
    pub complete: bool,
    /// Number of requests.
    pub requests: u64,
    /// Duration of the run in milliseconds.
    pub milliseconds: u64,
    /// Number of requests that could change data.
    pub actions_sent: u64,
    /// The extent of the run.
    pub coverage: Coverage,
    /// The checked modules, in a fixed order.
    pub modules: Vec<ModuleReport>,
    /// The faults, those of the highest severity first.
    pub findings: Vec<Finding>,
    /// Changes of the provider's data, in the order of the requests.
    pub changes: Vec<Change>,
}

impl Report {
    /// Returns true if there is no error. With `strict`, there must be no warning either, and the
    /// required modules and the requested actions must be exercised.
    pub fn is_good(&self, strict: bool) -> bool {
        let is_exercised = self.coverage.unexercised.is_empty();
        !self.has_faults(strict) && (is_exercised || !strict)
    }

    /// Returns true if there is an error or, with `strict`, a warning.
    pub fn has_faults(&self, strict: bool) -> bool {
        let is_bad = |finding: &Finding| finding.severity.is_bad(strict);
        self.findings.iter().any(is_bad)
    }

    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of_it).count()
    }
}

/// The part of the protocol that a run exercised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Coverage {
    /// Number of checks of the declared modules.
    pub checks: u64,
    /// Number of those that passed or failed. The others were skipped.
    pub exercised: u64,
    /// The required modules and the requested actions without any result.
    pub unexercised: Vec<Unexercised>,
}

/// A module that no check exercised, because the data have no case for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Unexercised {
    /// The module.
    pub module: Module,
    /// The reason.
    pub reason: String,
}

/// The result of a module.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleReport {
    /// The module.
    pub module: Module,
    /// Summary of its checks.
    pub state: State,
    /// Its features in words, such as `schedules: immediate`.
    pub features: Vec<String>,
    /// Number of items that were read from its lists.
    pub items: u64,
    /// Results of its checks, in the order of the table of checks.
    pub checks: Vec<CheckReport>,
}

/// The summary of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum State {
    /// No error was found.
    Good,
    /// An error was found.
    Faulty,
    /// No check could run.
    Skipped,
    /// The manifest does not declare it.
    Absent,
}

impl State {
    /// The words in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Faulty => "faulty",
            Self::Skipped => "skipped",
            Self::Absent => "not declared",
        }
    }
}

/// The result of a check in a module.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CheckReport {
    /// Id of the check, such as `prices.list.cursor-loops`.
    pub id: String,
    /// Outcome of the check.
    pub outcome: Outcome,
    /// The reason for a skip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The rule holds in all checked places.
    Passed,
    /// The check has a finding.
    Failed,
    /// The check could not run.
    Skipped,
}

/// A fault. The same fault in several places is one finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// Id of the check, such as `prices.list.cursor-loops`.
    pub id: String,
    /// The module.
    pub module: Module,
    /// Severity of the check.
    pub severity: Severity,
    /// Certainty of the rule.
    pub known: Known,
    /// Category of the fault.
    pub cause: Cause,
    /// The broken rule.
    pub rule: String,
    /// Path in the model or the response, without indexes: `items[].price.amount.currency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The expected value.
    pub expected: String,
    /// The received value: a status, a type or a word of the protocol, never personal data.
    pub found: String,
    /// Id of the first item with the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The first request with the fault, as a curl command with `$CK_INTEGRATION_TOKEN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The fix.
    pub fix: String,
    /// Number of places with the fault.
    pub count: u64,
    /// Further checks and paths with a fault of the same cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<FindingPlace>,
}

/// A check and a path with a fault whose cause has a finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FindingPlace {
    /// Id of the check, such as `prices.list.cursor-loops`.
    pub id: String,
    /// Path in the model or the response, without indexes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Finding {
    /// The checks and paths with the fault: its own, then the further ones of the same cause.
    pub fn places(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let own = (self.id.as_str(), self.path.as_deref());
        let also = self.also.iter();
        std::iter::once(own).chain(also.map(|place| (place.id.as_str(), place.path.as_deref())))
    }

    /// Returns true if a module has the fault.
    pub fn concerns(&self, module: Module) -> bool {
        let mut ids = self.places().map(|(id, _)| id);
        ids.any(|id| {
            id.split_once('.')
                .is_some_and(|(name, _)| name == module.as_str())
        })
    }
}

/// A change that an action made to the provider's data.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Change {
    /// The action.
    pub module: Module,
    /// Id of the customer.
    pub customer_id: String,
    /// Id of the subscription; absent for all subscriptions of the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// Description of the change, such as `status: active → paused`.
    pub what: String,
}
