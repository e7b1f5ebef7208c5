//! Checks that the provider conforms to the protocol.

use acme::{Acme, Clock};
use churnkey::{Integration as _, Timestamp};

/// Noon on January 31: a month later the day does not exist.
fn fixed_time() -> Timestamp {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn provider_passes_all_checks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.db");
    let acme = Acme::open(file, Clock::new(fixed_time)).await.unwrap();
    let report = churnkey_verify::check(Acme::router(acme, "token"))
        .token("token")
        .actions(true)
        .await
        .unwrap();
    assert!(report.findings.is_empty(), "{report}");
}
