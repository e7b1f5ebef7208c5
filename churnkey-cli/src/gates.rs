//! The results of the gates of a build: the baseline of known findings, and the locked manifest.

use std::collections::BTreeSet;

use churnkey_verify::internal::printable;
use churnkey_verify::{Finding, Judged, Report};
use serde::{Deserialize, Serialize};

use crate::features::changes;

/// The results of the gates that were chosen.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gates {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) baseline: Option<Judged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manifest_lock: Option<LockResult>,
}

/// A report with the results of the gates, for JSON.
#[derive(Serialize)]
pub(crate) struct WithGates<'a> {
    #[serde(flatten)]
    pub(crate) report: &'a Report,
    #[serde(flatten)]
    pub(crate) gates: &'a Gates,
}

/// A file with the features of a manifest.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Lock {
    version: u32,
    features: BTreeSet<String>,
}

/// The comparison of a manifest with a lock.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LockResult {
    /// The file was created or updated.
    pub(crate) is_written: bool,
    pub(crate) changes: Vec<FeatureChange>,
    /// The reason why the manifest could not be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<String>,
}

/// A feature that the manifest dropped or added.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FeatureChange {
    /// `dropped actions.pause`
    pub(crate) change: String,
    /// The effect at Churnkey.
    pub(crate) effect: String,
}

impl Lock {
    pub(crate) fn new(features: BTreeSet<String>) -> Self {
        Self {
            version: 1,
            features,
        }
    }

    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        let lock: Self = serde_json::from_str(text)
            .map_err(|fault| format!("it is not a lock of a manifest: {fault}"))?;
        match lock.version {
            1 => Ok(lock),
            other => Err(format!("version {other} is unknown")),
        }
    }

    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The changes from this lock to the features of a manifest.
    pub(crate) fn compare(&self, features: &BTreeSet<String>) -> Vec<FeatureChange> {
        let changes = changes(&self.features, features).into_iter();
        changes
            .map(|(change, effect)| FeatureChange { change, effect })
            .collect()
    }
}

impl LockResult {
    pub(crate) fn is_good(&self) -> bool {
        self.fault.is_none() && (self.is_written || self.changes.is_empty())
    }
}

impl Gates {
    /// `true` if a finding is in the baseline.
    pub(crate) fn is_known(&self, finding: &Finding) -> bool {
        let baseline = self.baseline.as_ref();
        baseline.is_some_and(|judged| judged.is_known(finding))
    }

    /// `true` if a run with this report succeeds.
    pub(crate) fn is_good(&self, report: &Report, strict: bool) -> bool {
        !self.has_faults(report, strict) && self.rest(report).is_good(strict)
    }

    /// `true` if a finding, the baseline or the manifest lock makes a run with this report fail.
    pub(crate) fn has_faults(&self, report: &Report, strict: bool) -> bool {
        let baseline = self.baseline.as_ref();
        let lock = self.manifest_lock.as_ref();
        self.rest(report).has_faults(strict)
            || !baseline.is_none_or(Judged::is_good)
            || !lock.is_none_or(LockResult::is_good)
    }

    /// The report without the findings of the baseline.
    fn rest(&self, report: &Report) -> Report {
        let mut rest = report.clone();
        rest.findings.retain(|finding| !self.is_known(finding));
        rest
    }

    /// The results for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if let Some(judged) = &self.baseline {
            let verdict = match (judged.new.len(), judged.stale.len()) {
                (0, 0) => "as expected".to_owned(),
                (new, stale) => format!("{new} new, {stale} stale"),
            };
            text.push_str(&format!("\nBaseline: {verdict}\n{judged}"));
            if !judged.stale.is_empty() {
                text.push_str("Remove stale entries, so that the faults cannot come back.\n");
            }
        }
        if let Some(lock) = &self.manifest_lock {
            let verdict = match (&lock.fault, lock.is_written, lock.changes.len()) {
                (Some(fault), ..) => format!("not compared, {fault}"),
                (None, true, _) => "written".to_owned(),
                (None, false, 0) => "unchanged".to_owned(),
                (None, false, changes) => format!("{changes} changes"),
            };
            text.push_str(&format!("\nManifest lock: {}\n", printable(&verdict)));
            for FeatureChange { change, effect } in &lock.changes {
                text.push_str(&printable(&format!("  {change}: {effect}")));
                text.push('\n');
            }
            if !lock.is_good() && lock.fault.is_none() {
                text.push_str("If the change is intended, run again with --update-lock.\n");
            }
        }
        text
    }
}
