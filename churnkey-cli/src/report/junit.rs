//! A report as JUnit XML for build servers: a test suite for each module, a test case for each
//! check.

use std::time::Duration;

use churnkey_verify::internal::printable;
use churnkey_verify::{CheckReport, Finding, Judged, ModuleReport, Outcome, Report};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::gates::{Gates, LockResult};

/// The report as JUnit XML. A finding that fails the run fails its test case; other findings, those
/// of the baseline among them, become the output of a passing test case.
pub(crate) fn junit(
    report: &Report,
    strict: bool,
    gates: &Gates,
) -> Result<String, SerializeError> {
    let mut junit = quick_junit::Report::new("churnkey verify");
    junit.set_time(Duration::from_millis(report.milliseconds));
    for module in &report.modules {
        if !module.checks.is_empty() {
            junit.add_test_suite(suite(report, module, strict, gates));
        }
    }
    let baseline = gates.baseline.iter().map(of_baseline);
    let lock = gates.manifest_lock.iter().map(of_lock);
    junit.add_test_suites(baseline.chain(lock));
    junit.to_string()
}

/// The stale entries of the baseline. Its new findings are in the suites of their modules.
fn of_baseline(judged: &Judged) -> TestSuite {
    let stale = judged.stale.iter().map(|place| place.to_string());
    gate(
        "baseline",
        stale.map(|place| (place, "the fault is gone".to_owned())),
    )
}

fn of_lock(lock: &LockResult) -> TestSuite {
    let changes = lock.changes.iter().filter(|_| !lock.is_written);
    let changes = changes.map(|one| (one.change.clone(), one.effect.clone()));
    let fault = lock
        .fault
        .iter()
        .map(|why| ("manifest".to_owned(), why.clone()));
    gate("manifest-lock", changes.chain(fault))
}

/// A suite with a failed case for each fault, or with one that passes.
fn gate(name: &str, faults: impl Iterator<Item = (String, String)>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    for (place, message) in faults {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(printable(&message));
        suite.add_test_case(TestCase::new(printable(&place), status));
    }
    if suite.test_cases.is_empty() {
        suite.add_test_case(TestCase::new("unchanged", TestCaseStatus::success()));
    }
    for case in &mut suite.test_cases {
        case.set_classname(format!("churnkey.{name}"));
    }
    suite
}

fn suite(report: &Report, module: &ModuleReport, strict: bool, gates: &Gates) -> TestSuite {
    let mut suite = TestSuite::new(module.module.as_str());
    suite.add_property(("target", printable(&report.target).as_str()));
    suite.add_property(("mode", report.mode.as_str()));
    for check in &module.checks {
        let of_check = |finding: &&Finding| finding.places().any(|(id, _)| id == check.id);
        let findings: Vec<_> = report.findings.iter().filter(of_check).collect();
        let fails =
            |finding: &&Finding| finding.severity.is_bad(strict) && !gates.is_known(finding);
        suite.add_test_case(case(module, check, &findings, fails));
    }
    let mut unexercised = report.coverage.unexercised.iter();
    if strict && let Some(one) = unexercised.find(|one| one.module == module.module) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(printable(&one.reason));
        suite.add_test_case(TestCase::new(format!("{}.exercised", one.module), status));
    }
    suite
}

fn case(
    module: &ModuleReport,
    check: &CheckReport,
    findings: &[&Finding],
    fails: impl Fn(&&Finding) -> bool,
) -> TestCase {
    let text: String = findings.iter().map(|finding| finding.to_string()).collect();
    let mut status = match check.outcome {
        Outcome::Skipped => TestCaseStatus::skipped(),
        Outcome::Failed if findings.iter().any(fails) => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        _ => TestCaseStatus::success(),
    };
    if let Some(reason) = &check.reason {
        status.set_message(printable(reason));
    }
    if let Some(finding) = findings.first() {
        status.set_message(finding.rule.as_str());
        status.set_type(finding.cause.as_str());
        status.set_description(&text);
    }
    let passes = matches!(status, TestCaseStatus::Success { .. });
    let mut case = TestCase::new(&check.id, status);
    case.set_classname(format!("churnkey.{}", module.module));
    if passes && !text.is_empty() {
        case.set_system_out(text);
    }
    case
}
