//! The result of a simulation as text, as JSON and as JUnit XML.

use churnkey_verify::Simulated;
use churnkey_verify::internal::printable;
use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

/// The result for people, safe to show on a terminal.
pub(crate) fn text(result: &Simulated) -> String {
    let mut text = String::new();
    for line in result.to_string().lines() {
        text.push_str(&printable(line));
        text.push('\n');
    }
    text
}

/// The result as JSON. Characters beyond ASCII can only be inside strings, where an escape has the
/// same meaning.
pub(crate) fn json(result: &Simulated) -> Result<String, serde_json::Error> {
    let failure = result.failure.as_ref().map(|failure| {
        json!({
            "number": failure.number(),
            "steps": failure.steps(),
            "field": failure.field(),
            "message": failure.message(),
            "sequence": failure.sequence(),
            "script": failure.curl_script(),
            "test": failure.rust_test(),
        })
    });
    let document = json!({
        "seed": result.seed,
        "sequences": result.sequences,
        "steps": result.steps,
        "refused": result.refused,
        "tolerated": result.tolerated,
        "exhausted": result.is_exhausted,
        "milliseconds": result.elapsed.as_millis() as u64,
        "failure": failure,
    });
    let plain = serde_json::to_string_pretty(&document)?;
    let mut escaped = String::with_capacity(plain.len() + 1);
    for char in plain.chars() {
        match char {
            '\n' | ' '..='~' => escaped.push(char),
            _ => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    escaped.push('\n');
    Ok(escaped)
}

/// The result as JUnit XML, with one test case.
pub(crate) fn junit(result: &Simulated) -> Result<String, SerializeError> {
    let mut status = TestCaseStatus::success();
    if let Some(failure) = &result.failure {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(printable(&failure.message()));
        status.set_description(text(result));
    }
    let mut case = TestCase::new(format!("seed {}", result.seed), status);
    case.set_classname("churnkey.simulate");
    case.set_time(result.elapsed);
    let mut suite = TestSuite::new("simulate");
    suite.add_property(("seed", result.seed.to_string().as_str()));
    suite.add_property(("sequences", result.sequences.to_string().as_str()));
    suite.add_property(("steps", result.steps.to_string().as_str()));
    suite.add_test_case(case);
    let mut junit = quick_junit::Report::new("churnkey simulate");
    junit.set_time(result.elapsed);
    junit.add_test_suite(suite);
    junit.to_string()
}
