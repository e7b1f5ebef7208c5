//! A provider that is nested in an application, under a base path.

use axum::Router;
use axum::routing::get;
use churnkey_verify::{Report, check};

use crate::broken::fault::Fault;
use crate::broken::provider::{TOKEN, router};

async fn report(base: Option<&str>) -> Result<Report, churnkey_verify::CannotRun> {
    let app = Router::new()
        .route("/", get(async || "the application"))
        .nest("/integrations/billing", router(Fault::none()));
    let verifier = check(app).token(TOKEN);
    match base {
        Some(base) => verifier.at(base).run().await,
        None => verifier.run().await,
    }
}

#[tokio::test]
async fn nested_provider_is_verified_at_its_base_path() {
    for base in ["/integrations/billing", "/integrations/billing/"] {
        let report = report(Some(base)).await.unwrap();
        assert!(report.is_good(true), "{report}");
        assert_eq!(report.target, "in process, at /integrations/billing");
    }
}

#[tokio::test]
async fn request_in_the_report_has_the_base_path() {
    for (base, root) in [(None, "8080/"), (Some("/other"), "8080/other/")] {
        let report = report(base).await.unwrap();
        assert_eq!(report.findings[0].id, "manifest.endpoint");
        let shown = report.to_string();
        let request = format!("http://localhost:{root}churnkey/features");
        assert!(shown.contains(&request), "{shown}");
    }
}

#[tokio::test]
async fn invalid_base_path_cannot_be_verified() {
    for base in [
        "integrations",
        "http://localhost/a",
        "/a?b=c",
        "/a#b",
        "/a b",
    ] {
        let error = report(Some(base)).await.unwrap_err().to_string();
        assert!(error.contains("begin with a slash"), "{base}: {error}");
    }
}
