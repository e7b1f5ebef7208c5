//! Known findings, each with the reason why it is accepted.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::report::{Finding, Outcome, Report};

/// Findings that are known and accepted.
///
/// A run with a baseline fails for a finding that is not in it, and for an entry that is stale: its
/// check ran and found nothing. The file stays true, and a corrected fault cannot come back.
///
/// ```no_run
/// # async fn verified(router: axum::Router) -> Result<(), Box<dyn std::error::Error>> {
/// let known = std::fs::read_to_string("tests/churnkey-baseline.json")?;
/// let known = churnkey_verify::Baseline::from_json(&known)?;
/// let report = churnkey_verify::check(router).token("token").run().await?;
/// let judged = known.judge(&report, false);
/// assert!(judged.is_good(), "{judged}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Baseline {
    /// Version of the format: 1.
    version: u32,
    findings: Vec<Known>,
}

/// A known finding.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Known {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    reason: String,
}

/// The findings of a report, compared with a baseline.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Judged {
    /// Findings that fail the run: they are not in the baseline.
    pub new: Vec<Place>,
    /// Findings that are in the baseline.
    pub known: Vec<Place>,
    /// Entries of the baseline that fail the run: the fault is gone.
    pub stale: Vec<Place>,
    /// Entries of the baseline whose check did not run.
    pub unchecked: Vec<Place>,
}

/// The place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Place {
    /// Id of the check, such as `prices.list.cursor-loops`.
    pub id: String,
    /// Path in the model or the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The reason in the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The reason why a baseline cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadBaseline(String);

impl fmt::Display for BadBaseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadBaseline {}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    ///
    /// The text is not a baseline of this version, or an entry has no reason or stands twice.
    pub fn from_json(text: &str) -> Result<Self, BadBaseline> {
        let baseline = Self::with_blanks(text)?;
        let mut seen = BTreeSet::new();
        for known in &baseline.findings {
            let place = known.place();
            if known.reason.trim().is_empty() {
                return Err(BadBaseline(format!("{place} has no reason: write one")));
            }
            if !seen.insert((&known.id, &known.path)) {
                return Err(BadBaseline(format!("{place} stands twice")));
            }
        }
        Ok(baseline)
    }

    /// Reads a baseline whose reasons may still be missing.
    #[doc(hidden)]
    pub fn with_blanks(text: &str) -> Result<Self, BadBaseline> {
        let baseline: Self = serde_json::from_str(text)
            .map_err(|fault| BadBaseline(format!("it is not a baseline: {fault}")))?;
        match baseline.version {
            1 => Ok(baseline),
            other => Err(BadBaseline(format!("version {other} is unknown"))),
        }
    }

    /// Writes a baseline for the faults of a report. Reasons of an earlier one stay; new entries
    /// have an empty reason, which must be written before the baseline can be used.
    ///
    /// # Errors
    ///
    /// The earlier text is not a baseline.
    pub fn written(
        report: &Report,
        strict: bool,
        earlier: Option<&str>,
    ) -> Result<String, BadBaseline> {
        let earlier = earlier.map(Self::with_blanks).transpose()?;
        let earlier = earlier.map_or_else(Vec::new, |baseline| baseline.findings);
        let mut findings = Vec::new();
        for finding in faults(report, strict) {
            for (id, path) in finding.places() {
                let mut reasons = earlier.iter().filter(|known| known.is_at(id, path));
                findings.push(Known {
                    id: id.to_owned(),
                    path: path.map(str::to_owned),
                    reason: reasons
                        .next()
                        .map_or_else(String::new, |known| known.reason.clone()),
                });
            }
        }
        // An entry that this run could not check stays.
        findings.extend(earlier.into_iter().filter(|known| {
            !has_run(report, &known.id) && !report.findings.iter().any(|one| known.is(one))
        }));
        let baseline = Self {
            version: 1,
            findings,
        };
        serde_json::to_string_pretty(&baseline)
            .map(|text| text + "\n")
            .map_err(|fault| BadBaseline(fault.to_string()))
    }

    /// Compares a report with the baseline.
    ///
    /// With `strict`, warnings are faults as well as errors. An entry for a finding of any severity
    /// is not stale.
    pub fn judge(&self, report: &Report, strict: bool) -> Judged {
        let mut judged = Judged {
            new: Vec::new(),
            known: Vec::new(),
            stale: Vec::new(),
            unchecked: Vec::new(),
        };
        for finding in faults(report, strict) {
            for (id, path) in finding.places() {
                if !self.findings.iter().any(|known| known.is_at(id, path)) {
                    judged.new.push(Place {
                        id: id.to_owned(),
                        path: path.map(str::to_owned),
                        reason: None,
                    });
                }
            }
        }
        for known in &self.findings {
            let is_found = report.findings.iter().any(|finding| known.is(finding));
            let places = match (is_found, has_run(report, &known.id)) {
                (true, _) => &mut judged.known,
                (false, true) => &mut judged.stale,
                (false, false) => &mut judged.unchecked,
            };
            places.push(known.place());
        }
        judged
    }
}

impl Known {
    fn is(&self, finding: &Finding) -> bool {
        let mut places = finding.places();
        places.any(|(id, path)| self.is_at(id, path))
    }

    fn is_at(&self, id: &str, path: Option<&str>) -> bool {
        self.id == id && self.path.as_deref() == path
    }

    fn place(&self) -> Place {
        Place {
            id: self.id.clone(),
            path: self.path.clone(),
            reason: Some(self.reason.clone()),
        }
    }
}

/// Findings that fail a run without a baseline.
fn faults(report: &Report, strict: bool) -> impl Iterator<Item = &Finding> {
    let findings = report.findings.iter();
    findings.filter(move |finding| finding.severity.is_bad(strict))
}

/// `true` if a run checked a rule, to its end.
fn has_run(report: &Report, id: &str) -> bool {
    let mut checks = report.modules.iter().flat_map(|module| &module.checks);
    report.complete && checks.any(|check| check.id == id && check.outcome != Outcome::Skipped)
}

impl Judged {
    /// Returns true if nothing is new and nothing is stale.
    pub fn is_good(&self) -> bool {
        self.new.is_empty() && self.stale.is_empty()
    }

    /// Returns true if a finding is in the baseline with all of its places.
    pub fn is_known(&self, finding: &Finding) -> bool {
        let is_known = |(id, path): (&str, Option<&str>)| {
            let mut known = self.known.iter();
            known.any(|place| place.id == id && place.path.as_deref() == path)
        };
        finding.places().all(is_known)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::printable::printable(&self.id))?;
        match &self.path {
            Some(path) => write!(f, " at {}", crate::printable::printable(path)),
            None => Ok(()),
        }
    }
}

/// The entries, those that fail the run first.
impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("new", &self.new),
            ("stale", &self.stale),
            ("known", &self.known),
            ("not checked", &self.unchecked),
        ];
        for (word, places) in lists {
            for place in places {
                write!(f, "  {word:<11} {place}")?;
                match &place.reason {
                    Some(reason) => writeln!(f, ": {}", crate::printable::printable(reason))?,
                    None => writeln!(f)?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
