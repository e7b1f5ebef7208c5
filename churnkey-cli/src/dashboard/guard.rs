//! The authentication of every request, and the security headers of every response.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cookie::Cookie;
use http_body_util::Limited;

use super::app::App;
use super::fields::Fields;
use super::page;

/// The timeout of a page. A page needs only a few requests to the provider, each with a timeout.
const TIMEOUT: Duration = Duration::from_secs(60);
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BODY_BYTES: usize = 64 << 10;

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

/// Admits only requests that have the secret and come from the dashboard's own pages.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = respond(&app, request, next).await;
    response.headers_mut().extend(HEADERS);
    response
}

async fn respond(app: &App, mut request: Request, next: Next) -> Response {
    if !has_own_host(app, request.headers()) {
        return page::refused(
            StatusCode::MISDIRECTED_REQUEST,
            "This is not the address of the dashboard. Open the address that the dashboard printed when it started.",
        );
    }
    if let Some(secret) = request.uri().path().strip_prefix("/enter/") {
        return match request.method() == Method::GET && app.is_secret(secret) {
            true => log_in(app),
            false => page::forbidden(),
        };
    }
    if !has_secret(app, request.headers()) {
        return page::forbidden();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        request = match read_form(app, request).await {
            Ok(request) => request,
            Err(Refusal(status, why)) => return page::refused(status, why),
        };
    }
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => page::refused(
            StatusCode::GATEWAY_TIMEOUT,
            "The provider did not respond in time.",
        ),
    }
}

/// Checks that there is exactly one `Host` header and that it names this dashboard.
fn has_own_host(app: &App, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(|host| app.is_host(host)),
        _ => false,
    }
}

fn has_secret(app: &App, headers: &HeaderMap) -> bool {
    let name = app.cookie();
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(Cookie::split_parse)
        .flatten()
        .any(|cookie| cookie.name() == name && app.is_secret(cookie.value()))
}

/// Sets the cookie. The response is a page and not a redirect: after a redirect the request counts
/// as cross-site, and a `SameSite=Strict` cookie is not sent.
fn log_in(app: &App) -> Response {
    let mut response = page::logged_in();
    if let Ok(cookie) = HeaderValue::from_str(&app.new_cookie().to_string()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The reason why a form is rejected.
struct Refusal(StatusCode, &'static str);

/// Reads the form, and checks that it comes from a page of this dashboard.
async fn read_form(app: &App, request: Request) -> Result<Request, Refusal> {
    let source = request.headers().get("sec-fetch-site");
    if source.is_some_and(|source| source != "same-origin") {
        let why = "The request comes from another site.";
        return Err(Refusal(StatusCode::FORBIDDEN, why));
    }
    let (parts, body) = request.into_parts();
    let body = Body::new(Limited::new(body, MAX_BODY_BYTES));
    let form = Request::from_parts(parts.clone(), body);
    let form = Form::<Vec<(String, String)>>::from_request(form, &());
    let fields = match tokio::time::timeout(BODY_TIMEOUT, form).await {
        Ok(Ok(Form(fields))) => Fields::new(fields),
        Ok(Err(rejection)) => {
            let status = rejection.into_response().status();
            return Err(Refusal(status, "The form cannot be read."));
        }
        Err(_) => {
            let why = "The form was not received in time.";
            return Err(Refusal(StatusCode::REQUEST_TIMEOUT, why));
        }
    };
    if !app.is_csrf(fields.get("csrf")) {
        let why = "The form does not come from this dashboard, or the dashboard was restarted. Reload the page and try again.";
        return Err(Refusal(StatusCode::FORBIDDEN, why));
    }
    let mut request = Request::from_parts(parts, Body::empty());
    request.extensions_mut().insert(fields);
    Ok(request)
}
