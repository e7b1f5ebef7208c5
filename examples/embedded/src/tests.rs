//! Requests to the whole application, in process.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use churnkey::Provider;
use tower::ServiceExt as _;

use crate::app::{App, router};
use crate::billing::Billing;
use crate::database::Databases;

async fn application() -> Router {
    let databases = Databases::open(None, None).await.unwrap();
    let app = App {
        database: databases.live.clone(),
        churnkey_api_key: "api-key".into(),
    };
    router(app, Provider::new(Billing { databases }, "token"))
}

async fn get(path: &str, cookie: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::get(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = application().await.oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn nested_provider_passes_all_checks() {
    let report = churnkey_verify::check(application().await)
        .at("/integrations")
        .token("token")
        .actions(true)
        .await
        .unwrap();
    assert!(report.findings.is_empty(), "{report}");
}

#[tokio::test]
async fn signed_in_customer_gets_the_own_hash() {
    let ada = "00000000-0000-4000-8000-000000000001";
    let (status, body) = get("/account/cancel-flow", Some("a=b; session=session-of-ada")).await;
    assert_eq!(status, StatusCode::OK);
    let hash = churnkey::auth_hash("api-key", ada);
    assert_eq!(
        body,
        format!(r#"{{"customerId":"{ada}","authHash":"{hash}"}}"#)
    );
}

#[tokio::test]
async fn hash_needs_a_session() {
    for cookie in [None, Some("session=guess"), Some("session")] {
        let (status, body) = get("/account/cancel-flow", cookie).await;
        assert_eq!((status, body.as_str()), (StatusCode::UNAUTHORIZED, ""));
    }
}

#[tokio::test]
async fn own_routes_are_served_beside_the_provider() {
    let (status, body) = get("/account", Some("session=session-of-ada")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("Ada"), "{body}");
    let (status, _) = get("/integrations/churnkey/features", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
