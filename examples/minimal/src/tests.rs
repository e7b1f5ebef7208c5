//! Checks that the provider conforms to the protocol.

use churnkey::Integration as _;

use crate::Billing;

#[tokio::test]
async fn provider_passes_all_checks() {
    let router = Billing::router(Billing::new(), "token");
    let report = churnkey_verify::check(router)
        .token("token")
        .actions(true)
        .await
        .unwrap();
    assert!(report.findings.is_empty(), "{report}");
}
