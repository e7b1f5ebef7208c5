//! From a request to a response: admit, read, call, validate, answer.

use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::FutureExt as _;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use crate::incoming::Incoming;
use crate::manifest::Manifest;
use crate::operate::Operate;
use crate::provider::Limits;
use crate::request::REQUEST_ID;
use crate::{Error, IntegrationToken, Mode, Operation, RequestId, Result, Side};

/// What all routes of a provider share.
pub(crate) struct Shared {
    pub(crate) token: IntegrationToken,
    pub(crate) limits: Limits,
    pub(crate) actions: TaskTracker,
    pub(crate) manifest: &'static Manifest,
    /// The manifest as `GET /churnkey/features` serves it.
    pub(crate) features: Bytes,
}

/// The manifest, and an answer for every path under `/churnkey` that no operation takes.
pub(crate) fn base(shared: &Arc<Shared>) -> Router {
    let no_such_path = guarded(shared, |_, _| {
        Err(Error::not_found("there is no such path"))
    });
    let features = guarded(shared, |shared, method| {
        match allow(Side::Controller, method) {
            Some(refusal) => Ok(refusal),
            None => {
                let json = HeaderValue::from_static("application/json");
                Ok(([(header::CONTENT_TYPE, json)], shared.features.clone()).into_response())
            }
        }
    });
    Router::new()
        .route("/churnkey", any(no_such_path.clone()))
        .route("/churnkey/", any(no_such_path.clone()))
        .route("/churnkey/{*path}", any(no_such_path))
        .route("/churnkey/features", any(features))
}

/// The path of an operation that the provider does not have, kept from another that would match it: a literal `email` or `phone` is never a
/// customer's id.
pub(crate) fn reserve(router: Router, shared: &Arc<Shared>, operation: Operation) -> Router {
    let no_such_path = guarded(shared, |_, _| {
        Err(Error::not_found("there is no such path"))
    });
    router.route(operation.path(), any(no_such_path))
}

/// The route of one operation.
///
/// It takes every method and refuses the wrong ones itself: axum would tell those without a token, by an `Allow` header, that the path is known.
pub(crate) fn mount(
    router: Router,
    shared: &Arc<Shared>,
    operation: Operation,
    function: Arc<dyn Operate>,
) -> Router {
    let shared = Arc::clone(shared);
    let handler = move |request: Request| {
        let (shared, function) = (Arc::clone(&shared), Arc::clone(&function));
        async move {
            if let Err(unauthorized) = shared.token.admit(request.headers()) {
                return unauthorized.into_response();
            }
            match allow(operation.side(), request.method()) {
                Some(refusal) => refusal,
                None => answer(&shared, operation, function, request).await,
            }
        }
    };
    router.route(operation.path(), any(handler))
}

/// A handler that gives nothing away without the token.
fn guarded(
    shared: &Arc<Shared>,
    answer: impl Fn(&Shared, &Method) -> Result<Response> + Clone + Send + Sync + 'static,
) -> impl Fn(Request) -> Ready<Response> + Clone + Send + Sync + 'static {
    let shared = Arc::clone(shared);
    move |request: Request| {
        let admitted = shared.token.admit(request.headers());
        let result = admitted
            .and_then(|()| Mode::of(request.headers()))
            .and_then(|_| answer(&shared, request.method()));
        ready(result.unwrap_or_else(Error::into_response))
    }
}

/// A refusal, if the method is not one of those that a side has.
fn allow(side: Side, method: &Method) -> Option<Response> {
    let allowed = match side {
        Side::Controller if method == Method::GET || method == Method::HEAD => return None,
        Side::Action if method == Method::POST => return None,
        Side::Controller => HeaderValue::from_static("GET, HEAD"),
        Side::Action => HeaderValue::from_static("POST"),
    };
    let mut refusal =
        Error::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed").into_response();
    refusal.headers_mut().insert(header::ALLOW, allowed);
    Some(refusal)
}

async fn answer(
    shared: &Shared,
    operation: Operation,
    function: Arc<dyn Operate>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let mode = Mode::of(request.headers());
    let span = tracing::info_span!(
        "churnkey",
        module = operation.module(),
        operation = operation.name(),
        mode = mode.as_ref().map_or("unknown", |mode| mode.as_str()),
        request_id = id.as_str(),
    );
    let (mut parts, body) = request.into_parts();
    let incoming = match mode {
        Ok(mode) => {
            Incoming::read(
                operation,
                mode,
                shared.manifest,
                shared.limits,
                &mut parts,
                body,
            )
            .await
        }
        Err(refusal) => Err(refusal),
    };
    let work = {
        let id = id.clone();
        async move {
            let call = async { function.operate(incoming?, id, parts).await };
            let outcome = AssertUnwindSafe(call).catch_unwind().await;
            let result = outcome.unwrap_or_else(|_| Err(panicked()));
            log(&result, started);
            result.unwrap_or_else(Error::into_response)
        }
        .instrument(span)
    };
    let mut response = match operation.side() {
        Side::Controller => work.await,
        // A task of its own, which a caller that hangs up does not take down: an accepted action runs to its end, and into the log.
        Side::Action => {
            let outcome = shared.actions.spawn(work).await;
            outcome.unwrap_or_else(|failure| Error::internal(failure).into_response())
        }
    };
    response.headers_mut().insert(REQUEST_ID, id.to_header());
    response
}

/// Without the panic's message, which is the panic hook's to show and may hold personal data.
fn panicked() -> Error {
    Error::internal("the function panicked")
}

fn log(result: &Result<Response>, started: Instant) {
    let duration_ms = started.elapsed().as_secs_f64() * 1e3;
    match result {
        Ok(response) => {
            tracing::info!(status = response.status().as_u16(), duration_ms, "answered")
        }
        Err(error) => {
            let status = error.status().as_u16();
            match error.cause() {
                Some(cause) if status >= 500 => {
                    tracing::error!(status, duration_ms, cause = %Chain(cause), "failed")
                }
                Some(cause) => {
                    tracing::warn!(status, duration_ms, cause = %Chain(cause), "refused")
                }
                None => tracing::info!(status, duration_ms, reason = error.message(), "refused"),
            }
        }
    }
}

/// An error and its causes on one line.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
