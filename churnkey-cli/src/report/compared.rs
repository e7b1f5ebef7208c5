//! A comparison as text and as JUnit XML.

use std::fmt::Write as _;

use churnkey_verify::Severity;
use churnkey_verify::internal::{counted, printable};
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::comparison::{Comparison, Difference, Group};

/// The comparison for people, safe to show on a terminal.
pub(crate) fn text(comparison: &Comparison, quiet: bool) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    if !quiet {
        let _ = writeln!(text, "{}, {} data", title(comparison), comparison.mode);
        for note in &comparison.notes {
            let _ = writeln!(text, "{note}");
        }
        text.push('\n');
        for group in &comparison.groups {
            let _ = writeln!(text, "{}", summary_of(group));
        }
    }
    let groups = comparison.groups.iter();
    let mut differing = groups.filter(|group| !group.differences.is_empty());
    if differing.clone().next().is_some() {
        text.push_str("\nDifferences\n");
    }
    for group in differing.by_ref() {
        for difference in &group.differences {
            let _ = write!(text, "\n{}", of_difference(group, difference));
        }
    }
    if !quiet
        && comparison
            .groups
            .iter()
            .any(|group| !group.skipped.is_empty())
    {
        text.push_str("\nNot compared\n\n");
        for group in &comparison.groups {
            for (reason, count) in &group.skipped {
                let _ = writeln!(text, "  {count} of {}: {reason}", group.name);
            }
        }
    }
    let (compared, differences, skipped) = comparison.totals();
    let differences = counted(differences as u64, ["difference", "differences"]);
    let requests = counted(comparison.requests, ["request", "requests"]);
    let _ = writeln!(
        text,
        "\n{differences}: {compared} compared, {skipped} not compared; {requests}."
    );
    if let Some(reason) = &comparison.incomplete {
        let _ = writeln!(text, "The run is incomplete: {reason}.");
    }
    text.lines()
        .fold(String::new(), |safe, line| safe + &printable(line) + "\n")
}

fn title(comparison: &Comparison) -> String {
    let Comparison {
        command, old, new, ..
    } = comparison;
    format!("churnkey {command}: {old} → {new}")
}

fn summary_of(group: &Group) -> String {
    let skipped: u64 = group.skipped.values().sum();
    let (mark, word) = match (group.differences.is_empty(), group.compared) {
        (false, _) => ("✗", "differs"),
        (true, 0) => ("–", "skipped"),
        (true, _) => ("✓", "same"),
    };
    let mut parts = vec![format!("{} compared", group.compared)];
    if !group.differences.is_empty() {
        let count = group.differences.len() as u64;
        parts.push(counted(count, ["difference", "differences"]));
    }
    if skipped > 0 {
        parts.push(format!("{skipped} not compared"));
    }
    format!("  {mark} {:<18} {word:<8} {}", group.name, parts.join(", "))
}

fn of_difference(group: &Group, difference: &Difference) -> String {
    let Difference {
        severity,
        path,
        old,
        new,
        first,
        count,
    } = difference;
    let severity = severity.as_str();
    let places = match count {
        0 | 1 => first.clone(),
        more => format!("{first}, and {} more", more - 1),
    };
    format!(
        "  {severity}  {}: {path}\n    old    {old}\n    new    {new}\n    first  {places}\n",
        group.name
    )
}

/// The comparison as JUnit XML: a test suite for each group, a failed test case for each difference
/// that fails the run.
pub(crate) fn junit(comparison: &Comparison, strict: bool) -> Result<String, SerializeError> {
    let mut junit = quick_junit::Report::new(format!("churnkey {}", comparison.command));
    for group in &comparison.groups {
        let mut suite = TestSuite::new(printable(&group.name));
        suite.add_property(("old", printable(&comparison.old).as_str()));
        suite.add_property(("new", printable(&comparison.new).as_str()));
        suite.add_property(("mode", comparison.mode.as_str()));
        suite.add_property(("compared", group.compared.to_string().as_str()));
        for difference in &group.differences {
            suite.add_test_case(case(comparison, group, difference, strict));
        }
        if group.differences.is_empty() && group.compared > 0 {
            let case = TestCase::new("same", TestCaseStatus::success());
            suite.add_test_case(classified(case, comparison, group));
        }
        for (reason, count) in &group.skipped {
            let mut status = TestCaseStatus::skipped();
            status.set_message(printable(&format!("{count}: {reason}")));
            let case = TestCase::new(printable(reason), status);
            suite.add_test_case(classified(case, comparison, group));
        }
        junit.add_test_suite(suite);
    }
    junit.to_string()
}

fn case(comparison: &Comparison, group: &Group, difference: &Difference, strict: bool) -> TestCase {
    let text = of_difference(group, difference);
    let safe: String = text.lines().map(|line| printable(line) + "\n").collect();
    let fails = difference.severity.is_bad(strict);
    let mut status = match fails {
        true => TestCaseStatus::non_success(NonSuccessKind::Failure),
        false => TestCaseStatus::success(),
    };
    if fails {
        let message = format!("{} → {}", difference.old, difference.new);
        status.set_message(printable(&message));
        status.set_type(difference.severity.as_str());
        status.set_description(&safe);
    }
    let kind = match difference.severity {
        Severity::Error => "",
        other => other.as_str(),
    };
    let name = format!("{} {kind}", difference.path);
    let mut case = TestCase::new(printable(name.trim_end()), status);
    if !fails {
        case.set_system_out(safe);
    }
    classified(case, comparison, group)
}

fn classified(mut case: TestCase, comparison: &Comparison, group: &Group) -> TestCase {
    let name = format!("churnkey.{}.{}", comparison.command, group.name);
    case.set_classname(printable(&name));
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Groups;

    #[test]
    fn hostile_values_do_not_reach_the_output() {
        let hostile = "\u{1b}[2J</testcase>\r\n\u{202e}<script>]]>\u{ffff}\u{0}";
        let mut groups = Groups::default();
        for severity in [Severity::Error, Severity::Warning] {
            let difference = Difference {
                severity,
                path: hostile.to_owned(),
                old: hostile.to_owned(),
                new: hostile.to_owned(),
                first: hostile.to_owned(),
                count: 2,
            };
            groups.differs("prices", difference);
        }
        groups.skipped("prices", hostile);
        groups.compared("coupons");
        let old = hostile.to_owned();
        let mut comparison = Comparison::new("diff", old, "new".to_owned(), "test".to_owned());
        comparison.add(groups);
        let xml = junit(&comparison, false).expect("XML");
        for text in [&text(&comparison, false), &xml] {
            let bad =
                |char: &char| *char != '\n' && !churnkey_verify::internal::is_printable(*char);
            assert_eq!(text.chars().find(bad), None, "{text}");
        }
        let parsed = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit");
        let cases = parsed
            .test_suites
            .iter()
            .flat_map(|suite| &suite.test_cases);
        let failed = cases.filter(|case| matches!(case.status, TestCaseStatus::NonSuccess { .. }));
        assert_eq!(failed.count(), 1, "{xml}");
        assert!(!xml.contains("<script>"), "{xml}");
    }
}
