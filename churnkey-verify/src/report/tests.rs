//! Tests of the formats of a report.

use super::text::{self, Layout};
use super::*;
use crate::check;
use crate::golden::assert_golden;

mod json;

/// Text of a hostile provider: escape sequences and markup.
const HOSTILE: &str = "\u{1b}[2J\u{9b}31m</testcase>\r\n\u{202e}<script>]]>\u{ffff}\u{0}";

pub(super) fn good() -> Report {
    let passed = |module: Module, names: &[&str]| {
        let checks = names
            .iter()
            .map(|name| outcome(module, name, Outcome::Passed, None));
        ModuleReport {
            module,
            state: State::Good,
            features: Vec::new(),
            items: 0,
            checks: checks.collect(),
        }
    };
    Report {
        version: 1,
        target: "http://127.0.0.1:8080".to_owned(),
        mode: "test".to_owned(),
        complete: true,
        requests: 1,
        milliseconds: 49,
        actions_sent: 0,
        coverage: Coverage {
            checks: 3,
            exercised: 3,
            unexercised: Vec::new(),
        },
        modules: vec![passed(Module::Manifest, &["answer", "endpoint", "json"])],
        findings: Vec::new(),
        changes: Vec::new(),
    }
}

pub(super) fn faulty() -> Report {
    let reason = "the manifest switches no option off";
    let mut report = good();
    report.complete = false;
    report.requests = 12_345;
    report.milliseconds = 83_250;
    report.modules.extend([
        ModuleReport {
            module: Module::Customers,
            state: State::Good,
            features: Vec::new(),
            items: 1_000_000,
            checks: vec![
                outcome(Module::Customers, "list.page", Outcome::Passed, None),
                outcome(Module::Customers, "recommended", Outcome::Failed, None),
                outcome(
                    Module::Customers,
                    "find.other",
                    Outcome::Skipped,
                    Some("no customer has an e-mail address or a phone number"),
                ),
            ],
        },
        ModuleReport {
            module: Module::Prices,
            state: State::Faulty,
            features: vec!["type: product".to_owned(), "retrieve, list".to_owned()],
            items: 1,
            checks: vec![
                outcome(Module::Prices, "list.page", Outcome::Passed, None),
                outcome(Module::Prices, "list.cursor-loops", Outcome::Failed, None),
                outcome(Module::Prices, "model", Outcome::Failed, None),
            ],
        },
        ModuleReport {
            module: Module::Coupons,
            state: State::Skipped,
            features: Vec::new(),
            items: 0,
            checks: vec![
                outcome(Module::Coupons, "answer", Outcome::Skipped, Some("the run's limit of 12345 requests was reached")),
                outcome(Module::Coupons, "json", Outcome::Skipped, Some("the run's limit of 12345 requests was reached")),
            ],
        },
        ModuleReport {
            module: Module::Families,
            state: State::Absent,
            features: Vec::new(),
            items: 0,
            checks: Vec::new(),
        },
        ModuleReport {
            module: Module::Pause,
            state: State::Good,
            features: vec!["starts: immediate, end-of-period; durations: period; pauses of annual subscriptions are allowed".to_owned()],
            items: 0,
            checks: vec![
                outcome(Module::Pause, "effect", Outcome::Passed, None),
                outcome(Module::Pause, "feature-off", Outcome::Skipped, Some(reason)),
            ],
        },
    ]);
    report.findings = vec![
        Finding {
            request: Some("curl -i -H 'X-Churnkey-Mode: test' -H \"Authorization: Bearer $CK_INTEGRATION_TOKEN\" 'http://127.0.0.1:8080/churnkey/prices?limit=1&cursor=p_1'".to_owned()),
            ..finding(&check::LIST_CURSOR_LOOPS, Module::Prices, "a page that begins after the cursor", "the cursor of page 1 again")
        },
        Finding {
            path: Some("amount.tiers[].upTo".to_owned()),
            count: 1203,
            ..finding(&check::MODEL, Module::Prices, "a number greater than the one before it", "the same number")
        },
        finding(&check::RECOMMENDED, Module::Customers, "an e-mail address or a phone number", "neither"),
    ];
    report.changes = vec![
        Change {
            module: Module::Pause,
            customer_id: "c_1".to_owned(),
            subscription_id: Some("s_1".to_owned()),
            what: "status: active → paused".to_owned(),
        },
        Change {
            module: Module::CancelAll,
            customer_id: "c_2".to_owned(),
            subscription_id: None,
            what: "status: active → canceled".to_owned(),
        },
    ];
    report
}

/// A report in which every text of the provider is hostile.
pub(super) fn hostile(text: &str) -> Report {
    let hostile = || text.to_owned();
    let mut report = faulty();
    for module in &mut report.modules {
        module.features = vec![hostile()];
        for check in &mut module.checks {
            check.reason = check.reason.as_ref().map(|_| hostile());
        }
    }
    for finding in &mut report.findings {
        finding.path = Some(hostile());
        finding.expected = hostile();
        finding.found = hostile();
        finding.request = Some(hostile());
    }
    for change in &mut report.changes {
        change.customer_id = hostile();
        change.subscription_id = Some(hostile());
        change.what = hostile();
    }
    report.target = hostile();
    report
}

fn outcome(module: Module, name: &str, outcome: Outcome, reason: Option<&str>) -> CheckReport {
    CheckReport {
        id: format!("{module}.{name}"),
        outcome,
        reason: reason.map(str::to_owned),
    }
}

fn finding(check: &check::Check, module: Module, expected: &str, found: &str) -> Finding {
    Finding {
        id: check.id(module),
        module,
        severity: check.severity,
        known: check.known,
        cause: check.cause,
        rule: check.rule.to_owned(),
        path: None,
        expected: expected.to_owned(),
        found: found.to_owned(),
        request: None,
        fix: check.fix.to_owned(),
        count: 1,
        item: None,
        also: Vec::new(),
    }
}

fn text(report: &Report, layout: Layout) -> String {
    let mut text = String::new();
    text::write(report, layout, &mut text).unwrap();
    text
}

#[test]
fn a_report_without_faults_is_short() {
    assert_golden("src/report/tests/good.txt", &good().to_string());
}

#[test]
fn a_report_with_faults_lists_findings_skips_and_changes() {
    assert_golden("src/report/tests/faulty.txt", &faulty().to_string());
}

#[test]
fn a_narrow_report_wraps_all_lines_except_copied_ones() {
    let narrow = Layout {
        width: 60,
        ..Layout::PLAIN
    };
    for line in text(&faulty(), narrow).lines() {
        let is_copied = line.contains("curl") || line.contains("prices.list.cursor-loops");
        assert!(is_copied || line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn a_quiet_report_has_only_findings() {
    let quiet = Layout {
        quiet: true,
        ..Layout::PLAIN
    };
    assert_eq!(text(&good(), quiet), "");
    let faults = text(&faulty(), quiet);
    assert!(faults.starts_with("Findings"), "{faults}");
    assert!(!faults.contains("Skipped checks"), "{faults}");
}

#[test]
fn debug_of_the_error_prints_the_report() {
    let failed = crate::Failed::Faulty(Box::new(faulty()));
    assert!(format!("{failed:?}").ends_with(&faulty().to_string()));
}

#[test]
fn live_mode_is_shown_in_capitals() {
    let mut report = good();
    report.mode = "live".to_owned();
    let text = report.to_string();
    assert!(
        text.lines().next().unwrap().ends_with("LIVE data"),
        "{text}"
    );
}

#[test]
fn text_of_a_provider_cannot_control_the_terminal() {
    let report = hostile(HOSTILE).to_string();
    let unsafe_char = |char: &char| *char != '\n' && !crate::printable::is_printable(*char);
    assert_eq!(report.chars().find(unsafe_char), None, "{report:?}");
    assert_eq!(
        report,
        hostile(&crate::printable::printable(HOSTILE)).to_string()
    );
}
