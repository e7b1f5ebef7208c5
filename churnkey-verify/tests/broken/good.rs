//! A good provider has no finding.

use churnkey_verify::{Outcome, Report};

use crate::fault::Fault;
use crate::provider::Kind;
use crate::row::verified;

#[tokio::test]
async fn a_good_provider_has_no_finding_and_every_check_passes() {
    let report = verified(Fault::none(), |verifier| verifier).await;
    assert_good(&report);
    let reasons = [
        // The next test has more.
        ("list.unbounded", "the list has no more than 100 items"),
    ];
    for (id, reason) in skipped(&report) {
        let is_known = reasons
            .iter()
            .any(|(check, known)| id.ends_with(check) && reason == *known);
        assert!(is_known, "{id} was skipped: {reason}");
    }
}

#[tokio::test]
async fn a_good_provider_with_long_lists_has_no_finding() {
    let fault = Fault::none().books(|books| {
        for kind in Kind::ALL {
            books.multiply(kind);
        }
    });
    let report = verified(fault, |verifier| verifier).await;
    assert_good(&report);
    let skipped = skipped(&report);
    let unbounded = skipped.iter().find(|(id, _)| id.contains("unbounded"));
    assert_eq!(unbounded, None);
}

#[tokio::test]
async fn a_good_provider_that_caps_pages_has_no_finding() {
    let fault = Fault::none().asked(|asked| asked.cap = 2);
    assert_good(&verified(fault, |verifier| verifier).await);
}

fn assert_good(report: &Report) {
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.complete, "{report}");
}

fn skipped(report: &Report) -> Vec<(String, String)> {
    let checks = report.modules.iter().flat_map(|module| &module.checks);
    checks
        .filter(|check| check.outcome != Outcome::Passed)
        .map(|check| (check.id.clone(), check.reason.clone().unwrap_or_default()))
        .collect()
}
