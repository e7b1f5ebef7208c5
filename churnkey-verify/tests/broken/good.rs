//! A good provider has no finding.

use churnkey_verify::{Outcome, Report, check};

use crate::fault::Fault;
use crate::provider::{TOKEN, router};

#[tokio::test]
async fn a_good_provider_has_no_finding_and_every_check_passes() {
    let report = verified(Fault::none()).await;
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.complete, "{report}");
    let skipped: Vec<_> = report
        .modules
        .iter()
        .flat_map(|module| &module.checks)
        .filter(|check| check.outcome != Outcome::Passed)
        .map(|check| (&check.id, &check.reason))
        .collect();
    assert!(skipped.is_empty(), "{skipped:#?}");
}

async fn verified(fault: Fault) -> Report {
    let run = check(router(fault)).token(TOKEN).actions(true).run();
    run.await.unwrap()
}
