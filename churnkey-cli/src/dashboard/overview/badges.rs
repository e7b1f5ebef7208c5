//! Results in a few words: badges and counts.

use churnkey_verify::{ModuleReport, Report, Severity, State};
use maud::{Markup, html};

use crate::dashboard::verification::{End, Run};

/// The class of the badge of a run, and the word in it.
pub(super) fn verdict(run: &Run) -> (&'static str, &'static str) {
    match run.end {
        End::Stopped => ("pending", "Stopped"),
        End::CutOff => ("down", "Cut off"),
        End::Complete if run.is_good() => ("good", "Verified"),
        End::Complete => ("faulty", "Failing"),
    }
}

/// The number of findings of each severity, and the extent of the run.
pub(super) fn summary(report: &Report) -> String {
    let seconds = f64::from(u32::try_from(report.milliseconds).unwrap_or(u32::MAX)) / 1000.0;
    let part = if report.complete {
        ""
    } else {
        "; not all checks could run"
    };
    format!(
        "{}, in {} requests and {seconds:.1} s{part}.",
        counts(report),
        report.requests
    )
}

/// The number of findings of each severity.
pub(super) fn counts(report: &Report) -> String {
    let count = |severity, one: &str, more: &str| match report.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {more}")),
    };
    let found: Vec<_> = [
        count(Severity::Error, "error", "errors"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Advice, "piece of advice", "pieces of advice"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match found.is_empty() {
        true => "no faults".to_owned(),
        false => found.join(", "),
    }
}

/// The state of a module.
pub(super) fn badge(report: &ModuleReport) -> Markup {
    state(report.state)
}

/// A state as a badge.
pub(super) fn state(state: State) -> Markup {
    let class = match state {
        State::Absent => "absent",
        state => state.as_str(),
    };
    html! { span class={ "badge state-" (class) } { (state.as_str()) } }
}

/// The severity of a finding.
pub(super) fn severity(severity: Severity) -> Markup {
    let word = severity.as_str();
    html! { span class={ "badge severity-" (word) } { (word) } }
}
