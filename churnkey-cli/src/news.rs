//! The new and fixed findings of a run, compared with the runs before it.

use std::collections::BTreeMap;

use churnkey_verify::internal::{Style, counted, printable};
use churnkey_verify::{Finding, Outcome, Report, Severity, State};

use crate::report::paint::paint;

/// The findings that a terminal shows in full.
const MOST: usize = 20;

/// The findings that are not fixed.
#[derive(Debug, Default)]
pub(crate) struct Open {
    findings: BTreeMap<Key, Finding>,
    has_run: bool,
}

type Key = (String, Option<String>);

/// The findings of a run, compared with those of earlier runs.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) new: Vec<Finding>,
    pub(crate) fixed: Vec<Finding>,
    /// Findings that were there before.
    pub(crate) still: Vec<Finding>,
    /// Findings whose check did not run again.
    pub(crate) unchecked: usize,
    /// There was no run before, so that every finding counts as new.
    pub(crate) is_first: bool,
}

impl Open {
    /// Compares a run with those before it. A finding is fixed only if its check ran again.
    pub(crate) fn update(&mut self, report: &Report) -> News {
        let mut before = std::mem::take(&mut self.findings);
        let mut news = News {
            new: Vec::new(),
            fixed: Vec::new(),
            still: Vec::new(),
            unchecked: 0,
            is_first: !self.has_run,
        };
        self.has_run = true;
        for finding in &report.findings {
            let key = key(finding);
            match before.remove(&key) {
                Some(_) => news.still.push(finding.clone()),
                None => news.new.push(finding.clone()),
            }
            self.findings.insert(key, finding.clone());
        }
        for (key, finding) in before {
            if was_checked(report, &finding) {
                news.fixed.push(finding);
            } else {
                news.unchecked += 1;
                self.findings.insert(key, finding);
            }
        }
        news
    }
}

fn key(finding: &Finding) -> Key {
    (finding.id.clone(), finding.path.clone())
}

/// True if the check of a finding ran, or if its module is not declared any more.
fn was_checked(report: &Report, finding: &Finding) -> bool {
    let mut modules = report.modules.iter();
    let Some(module) = modules.find(|module| module.module == finding.module) else {
        return false;
    };
    let mut checks = module.checks.iter();
    match checks.find(|check| check.id == finding.id) {
        Some(check) => check.outcome != Outcome::Skipped,
        None => module.state == State::Absent && report.complete,
    }
}

impl News {
    /// The result for a terminal, with escape sequences.
    pub(crate) fn text(&self, report: &Report) -> String {
        let (style, mark) = match report.is_good(false) {
            true => (Style::Good, "✓"),
            false => (Style::Error, "✗"),
        };
        let requests = counted(report.requests, ["request", "requests"]);
        let seconds = report.milliseconds as f64 / 1000.0;
        let mut text = paint(style, &format!("{mark} verified: {}", counts(report)));
        text.push_str(&format!(
            "{}, in {requests} and {seconds:.1} s\n",
            self.changes()
        ));
        for finding in self.new.iter().take(MOST) {
            let word = if self.is_first { "" } else { "new " };
            text.push_str(&in_full(word, finding));
        }
        if let Some(more @ 1..) = self.new.len().checked_sub(MOST) {
            text.push_str(&format!("  and {more} more, on the dashboard\n"));
        }
        for finding in &self.fixed {
            let line = format!(
                "  fixed {}  {}\n",
                finding.severity.as_str(),
                place(finding)
            );
            text.push_str(&paint(Style::Good, &line));
        }
        if self.unchecked > 0 {
            let count = counted(self.unchecked as u64, ["finding", "findings"]);
            let line = format!("  {count} of earlier runs could not be checked again\n");
            text.push_str(&paint(Style::Aside, &line));
        }
        text
    }

    /// The number of new and fixed findings: `; 1 new, 2 fixed`.
    fn changes(&self) -> String {
        if self.is_first || self.new.is_empty() && self.fixed.is_empty() {
            return String::new();
        }
        format!("; {} new, {} fixed", self.new.len(), self.fixed.len())
    }
}

/// The findings of a report, counted.
fn counts(report: &Report) -> String {
    let words = [
        (Severity::Error, ["error", "errors"]),
        (Severity::Warning, ["warning", "warnings"]),
        (Severity::Advice, ["piece of advice", "pieces of advice"]),
    ];
    let counts = words.into_iter().filter_map(|(severity, words)| {
        let count = report.count(severity) as u64;
        (count > 0).then(|| counted(count, words))
    });
    let counts: Vec<_> = counts.collect();
    let counts = match counts.is_empty() {
        true => "no faults".to_owned(),
        false => counts.join(", "),
    };
    match report.complete {
        true => counts,
        false => format!("{counts}; not all checks could run"),
    }
}

fn place(finding: &Finding) -> String {
    let path = finding.path.as_ref().map(|path| format!("  {path}"));
    printable(&format!("{}{}", finding.id, path.unwrap_or_default()))
}

fn in_full(word: &str, finding: &Finding) -> String {
    let style = match finding.severity {
        Severity::Error => Style::Error,
        Severity::Warning => Style::Warning,
        Severity::Advice => Style::Advice,
    };
    let severity = paint(style, &format!("{word}{}", finding.severity.as_str()));
    let mut text = format!("  {severity}  {}\n", place(finding));
    let request = finding.request.as_deref().unwrap_or_default();
    let lines = [
        ("rule", &*finding.rule),
        ("expected", &finding.expected),
        ("found", &finding.found),
        ("fix", &finding.fix),
        ("request", request),
    ];
    for (name, line) in lines {
        if !line.is_empty() {
            text.push_str(&format!("    {name:<9} {}\n", printable(line)));
        }
    }
    text
}
