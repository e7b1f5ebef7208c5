//! Tests of the reports as JSON and JUnit XML.

use churnkey_verify::internal::is_printable;
use churnkey_verify::{Module, Outcome, Report, Severity};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus};
use serde_json::Value;

use super::json::json;
use super::junit::junit;
use crate::gates::Gates;

/// A string from a provider that would harm a terminal, XML or HTML if it were not escaped.
const HOSTILE: &str = "\u{1b}[2J\u{9b}31m</testcase>\r\n\u{202e}<script>]]>\u{ffff}\u{0}";

fn faulty() -> Report {
    serde_json::from_str(include_str!("tests/faulty.json")).unwrap()
}

/// A report in which every string that comes from the provider is `text`.
fn hostile(text: &str) -> Report {
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

fn cases(report: &Report, strict: bool) -> Vec<TestCase> {
    let xml = junit(report, strict, &Gates::default()).unwrap();
    let parsed = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    parsed
        .test_suites
        .into_iter()
        .flat_map(|suite| suite.test_cases)
        .collect()
}

fn status(cases: &[TestCase], id: &str) -> TestCaseStatus {
    let case = cases.iter().find(|case| case.name.as_str() == id);
    case.unwrap_or_else(|| panic!("there is no case {id}"))
        .status
        .clone()
}

fn fails(status: &TestCaseStatus) -> bool {
    matches!(
        status,
        TestCaseStatus::NonSuccess {
            kind: NonSuccessKind::Failure,
            ..
        }
    )
}

#[test]
fn json_escapes_hostile_strings() {
    let json = json(&hostile(HOSTILE)).unwrap();
    let bad = |char: &char| *char != '\n' && !is_printable(*char);
    assert_eq!(json.chars().find(bad), None);
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["changes"][0]["customerId"], HOSTILE);
}

#[test]
fn junit_case_of_each_check_has_its_findings() {
    let report = faulty();
    let cases = cases(&report, false);
    let checks: usize = report
        .modules
        .iter()
        .map(|module| module.checks.len())
        .sum();
    assert_eq!(cases.len(), checks);

    let TestCaseStatus::NonSuccess { description, .. } = status(&cases, "prices.list.cursor-loops")
    else {
        panic!("the check did not fail");
    };
    let description = description.unwrap();
    for part in ["the cursor of page 1 again", "curl -i", "wrong endpoint"] {
        assert!(description.contains(part), "{description:?}");
    }
    let TestCaseStatus::Skipped { message, .. } = status(&cases, "pause.feature-off") else {
        panic!("the check was not skipped");
    };
    assert_eq!(
        message.unwrap().as_str(),
        "the manifest switches none of it off"
    );
}

#[test]
fn junit_fails_exactly_if_the_run_fails() {
    for severity in [Severity::Advice, Severity::Warning, Severity::Error] {
        for strict in [false, true] {
            let mut report = faulty();
            report.findings.truncate(1);
            report.findings[0].severity = severity;
            report.coverage.unexercised.clear();
            for check in report
                .modules
                .iter_mut()
                .flat_map(|module| &mut module.checks)
            {
                if check.outcome == Outcome::Failed && check.id != report.findings[0].id {
                    check.outcome = Outcome::Passed;
                }
            }
            let cases = cases(&report, strict);
            let failed = cases.iter().filter(|case| fails(&case.status)).count();
            assert_eq!(failed == 0, report.is_good(strict), "{severity:?} {strict}");
            let reported = cases
                .iter()
                .filter(|case| case.system_out.is_some())
                .count();
            assert_eq!(failed + reported, 1, "{severity:?} {strict}");
        }
    }
}

#[test]
fn unexercised_module_fails_a_strict_run_only() {
    let mut report = faulty();
    report.findings.clear();
    for module in &mut report.modules {
        module
            .checks
            .retain(|check| check.outcome == Outcome::Passed);
    }
    for strict in [false, true] {
        let failed = cases(&report, strict);
        let failed = failed.iter().filter(|case| fails(&case.status)).count();
        assert_eq!(failed, usize::from(strict));
        assert_eq!(report.is_good(strict), !strict);
    }
}

#[test]
fn junit_of_hostile_strings_has_the_same_cases() {
    let names = |cases: Vec<TestCase>| -> Vec<String> {
        let names = cases.into_iter().map(|case| case.name.into_string());
        names.collect()
    };
    assert_eq!(
        names(cases(&hostile(HOSTILE), false)),
        names(cases(&faulty(), false))
    );
    let xml = junit(&hostile(HOSTILE), false, &Gates::default()).unwrap();
    let bad = |char: &char| *char != '\n' && !is_printable(*char);
    assert_eq!(xml.chars().find(bad), None);
    assert!(!xml.contains("<script>"), "{xml}");
}

#[test]
fn undeclared_module_has_no_junit_suite() {
    let xml = junit(&faulty(), false, &Gates::default()).unwrap();
    assert!(!xml.contains(Module::Families.as_str()), "{xml}");
}
