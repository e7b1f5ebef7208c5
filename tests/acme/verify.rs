//! The company is a provider as Churnkey wants it.

use churnkey::Integration as _;

use crate::company::Company;

#[tokio::test]
async fn it_verifies_without_a_finding() {
    let company = Company::open().await;
    let router = crate::acme::Acme::router(std::sync::Arc::clone(&company.acme), "token");

    let report = churnkey_verify::check(router)
        .token("token")
        .actions(true)
        .await
        .unwrap();

    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    assert!(report.findings.is_empty(), "{report}");
}
