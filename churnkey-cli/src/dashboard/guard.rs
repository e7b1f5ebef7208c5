//! What every request must pass, and what every answer bears.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body_util::Limited;

use super::app::App;
use super::fields::Fields;
use super::page;

/// No page takes longer: the provider is asked a few times at most, and each time is bounded.
const TIMEOUT: Duration = Duration::from_secs(60);
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const MOST_BODY_BYTES: usize = 64 << 10;

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Lets in who has the secret, and from this page only.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = admitted(&app, request, next).await;
    response.headers_mut().extend(HEADERS);
    response
}

async fn admitted(app: &App, mut request: Request, next: Next) -> Response {
    if !named(app, request.headers()) {
        return page::refused(
            StatusCode::MISDIRECTED_REQUEST,
            "This is not a name of the dashboard. Open the address that it printed when it started.",
        );
    }
    if let Some(secret) = request.uri().path().strip_prefix("/enter/") {
        return match request.method() == Method::GET && app.is_secret(secret) {
            true => entered(app),
            false => page::stranger(),
        };
    }
    if !bears_secret(app, request.headers()) {
        return page::stranger();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        request = match own_form(app, request).await {
            Ok(request) => request,
            Err(Refusal(status, why)) => return page::refused(status, why),
        };
    }
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => page::refused(StatusCode::GATEWAY_TIMEOUT, "The provider takes too long."),
    }
}

/// Whether it was asked by a name of its own, and by one only.
fn named(app: &App, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(|host| app.is_host(host)),
        _ => false,
    }
}

fn bears_secret(app: &App, headers: &HeaderMap) -> bool {
    let name = app.cookie();
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .any(|(other, value)| other == name && app.is_secret(value))
}

/// A page and not a redirect: after a redirect the link that led here would count as the source of the request, and a strict cookie would stay at home.
fn entered(app: &App) -> Response {
    let mut response = page::entered();
    if let Ok(cookie) = HeaderValue::from_str(&app.set_cookie()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Why a form is not taken.
struct Refusal(StatusCode, &'static str);

/// Reads the form, which must be one of this dashboard's.
async fn own_form(app: &App, request: Request) -> Result<Request, Refusal> {
    let source = request.headers().get("sec-fetch-site");
    if source.is_some_and(|source| source != "same-origin") {
        let why = "The request comes from another site.";
        return Err(Refusal(StatusCode::FORBIDDEN, why));
    }
    let (parts, body) = request.into_parts();
    let body = Body::new(Limited::new(body, MOST_BODY_BYTES));
    let form = Request::from_parts(parts.clone(), body);
    let form = Form::<Vec<(String, String)>>::from_request(form, &());
    let fields = match tokio::time::timeout(BODY_TIMEOUT, form).await {
        Ok(Ok(Form(fields))) => Fields::new(fields),
        Ok(Err(rejection)) => {
            let status = rejection.into_response().status();
            return Err(Refusal(status, "The form cannot be read."));
        }
        Err(_) => {
            let why = "The form did not come in time.";
            return Err(Refusal(StatusCode::REQUEST_TIMEOUT, why));
        }
    };
    if !app.is_csrf(fields.get("csrf")) {
        let why = "The form is not one of this dashboard, or of one that ran before. Reload the page and try again.";
        return Err(Refusal(StatusCode::FORBIDDEN, why));
    }
    let mut request = Request::from_parts(parts, Body::empty());
    request.extensions_mut().insert(fields);
    Ok(request)
}
