//! What a run found.

use serde::{Deserialize, Serialize};

use crate::check::{Cause, Known, Module, Severity};

pub(crate) mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod text;

/// What a run found, as data. Its JSON form is described by `docs/verify-report.schema.json`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// The version of this form: 1.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub version: u32,
    /// The API root URL, or `in process`.
    pub target: String,
    /// `test` or `live`.
    #[cfg_attr(test, schemars(extend("enum" = ["test", "live"])))]
    pub mode: String,
    /// Whether all that was to be checked could be; if not, the skips say what could not.
    pub complete: bool,
    /// Requests sent.
    pub requests: u64,
    /// How long the run took, in milliseconds.
    pub milliseconds: u64,
    /// The modules that were looked at, in a fixed order.
    pub modules: Vec<ModuleReport>,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// What was changed in the provider's data, in the order of the requests.
    pub changes: Vec<Change>,
}

impl Report {
    /// Whether there is no error, and if `strict`, no warning either.
    pub fn is_good(&self, strict: bool) -> bool {
        let is_bad = |finding: &Finding| finding.severity.is_bad(strict);
        !self.findings.iter().any(is_bad)
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of_it).count()
    }
}

/// What became of one module.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ModuleReport {
    /// Which module.
    pub module: Module,
    /// What became of it.
    pub state: State,
    /// What it supports, in words, such as `schedules: immediate`.
    pub features: Vec<String>,
    /// How many items were read from its lists.
    pub items: u64,
    /// What became of its checks, in the order of the table of checks.
    pub checks: Vec<CheckReport>,
}

/// What became of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum State {
    /// No error was found.
    Good,
    /// An error was found.
    Faulty,
    /// Nothing of it could be checked.
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

/// What became of one check in one module.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CheckReport {
    /// The check's id, such as `prices.list.cursor-loops`.
    pub id: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Outcome {
    /// The rule held wherever it was looked at.
    Passed,
    /// There is a finding.
    Failed,
    /// It could not be checked.
    Skipped,
}

/// One thing that is wrong. The same fault in many places is one finding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Finding {
    /// The check's id, such as `prices.list.cursor-loops`.
    pub id: String,
    /// In which module.
    pub module: Module,
    /// How bad it is.
    pub severity: Severity,
    /// How far the rule is known.
    pub known: Known,
    /// What is at fault.
    pub cause: Cause,
    /// The rule that is broken.
    pub rule: String,
    /// Where in the model or the answer, indexes left out, such as `items[].price.amount.currency`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What was expected there.
    pub expected: String,
    /// What came. It names statuses, types and the protocol's words, and never a value that could be personal.
    pub found: String,
    /// The first request that showed it, as a line for the shell; the token is `$CK_INTEGRATION_TOKEN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What to do.
    pub fix: String,
    /// In how many places it was seen.
    pub count: u64,
}

/// A change that an action made to the provider's data.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Change {
    /// By which action.
    pub module: Module,
    /// Whose subscription.
    pub customer_id: String,
    /// Which subscription, or none for all of the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// What changed, such as `status: active → paused`.
    pub what: String,
}
