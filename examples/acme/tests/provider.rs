//! The provider keeps the protocol.

use acme::{Acme, Clock};
use churnkey::{Integration as _, Timestamp};

/// Noon of a day that February does not have.
fn fixed_time() -> Timestamp {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn verifies_without_a_finding() {
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
