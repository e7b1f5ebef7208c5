//! Checks that the provider conforms to the protocol.

use acme::{Acme, Clock};
use churnkey::Integration as _;

#[tokio::test]
async fn provider_passes_all_checks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.db");
    let acme = Acme::open(file, Clock::system()).await.unwrap();
    let report = churnkey_verify::check(Acme::router(acme, "token"))
        .token("token")
        .actions(true)
        .await
        .unwrap();
    assert!(report.findings.is_empty(), "{report}");
}
