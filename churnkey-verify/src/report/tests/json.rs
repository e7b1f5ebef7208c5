//! The JSON form of a report.

use serde_json::Value;

use super::{HOSTILE, faulty, good, hostile};
use crate::golden::assert_golden;
use crate::report::Report;

fn schema() -> Value {
    schemars::schema_for!(Report).into()
}

#[test]
fn the_schema_in_the_docs_is_current() {
    let schema = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    assert_golden("../docs/verify-report.schema.json", &schema);
}

#[test]
fn every_report_matches_the_schema() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    for report in [good(), faulty(), hostile(HOSTILE)] {
        let report = serde_json::to_value(report).unwrap();
        let faults: Vec<_> = schema
            .iter_errors(&report)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn a_report_can_be_read_from_its_json() {
    for report in [good(), faulty(), hostile(HOSTILE)] {
        let json = serde_json::to_string(&report).unwrap();
        let read: Report = serde_json::from_str(&json).unwrap();
        assert_eq!(format!("{read:?}"), format!("{report:?}"));
    }
}

#[test]
fn the_schema_refuses_invalid_reports() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let report = serde_json::to_value(faulty()).unwrap();
    for (pointer, bad) in [
        ("/version", Value::from(2)),
        ("/mode", Value::from("staging")),
        ("/findings/0/severity", Value::from("fatal")),
        ("/modules/0/checks/0/outcome", Value::Null),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = bad;
        assert!(!schema.is_valid(&report), "{pointer}");
    }
}
