//! From a request to a response: admit, read, call, validate, answer.

use std::future::{Ready, ready};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use crate::answer::Encode as _;
use crate::incoming::{Decode as _, Incoming};
use crate::operation::Endpoint;
use crate::provider::{Integration, Provider, Provides};
use crate::request::REQUEST_ID;
use crate::{Error, IntegrationToken, Mode, Operation, RequestContext, RequestId, Result, Side};

/// What all routes of a provider share.
pub(crate) struct Shared<T> {
    provider: Provider<T>,
    manifest: Bytes,
}

/// What routes share that call no function, and that need no context for it.
#[derive(Clone)]
struct Front {
    token: IntegrationToken,
    manifest: Bytes,
}

impl<T: Integration> Shared<T> {
    pub(crate) fn new(provider: Provider<T>) -> Self {
        Self {
            provider,
            manifest: manifest_json::<T>().into(),
        }
    }
}

/// The manifest as `GET /churnkey/features` serves it.
pub(crate) fn manifest_json<T: Integration>() -> Vec<u8> {
    // A manifest holds nothing but booleans and fixed words, which JSON can always express.
    serde_json::to_vec(&T::MANIFEST).unwrap_or_default()
}

/// The manifest, and an answer for every path under `/churnkey` that no operation takes.
pub(crate) fn base<T: Integration>(shared: &Arc<Shared<T>>) -> Router {
    let front = Front {
        token: shared.provider.token.clone(),
        manifest: shared.manifest.clone(),
    };
    let no_such_path = guarded(&front, |_, _| {
        Err(Error::not_found("there is no such path"))
    });
    let features = guarded(&front, |front, method| {
        match allow(Side::Controller, method) {
            Some(refusal) => Ok(refusal),
            None => Ok((
                [(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                )],
                front.manifest.clone(),
            )
                .into_response()),
        }
    });
    let mut router = Router::new()
        .route("/churnkey", any(no_such_path.clone()))
        .route("/churnkey/", any(no_such_path.clone()))
        .route("/churnkey/{*path}", any(no_such_path.clone()))
        .route("/churnkey/features", any(features));
    // A literal `email` or `phone` is never a customer's id, also where the search is not provided.
    for search in [
        Operation::FindCustomerByEmail,
        Operation::FindCustomerByPhone,
    ] {
        if !T::ROUTES
            .iter()
            .flatten()
            .any(|route| route.operation == search)
        {
            router = router.route(search.path(), any(no_such_path.clone()));
        }
    }
    router
}

/// The route of one operation.
///
/// It takes every method and refuses the wrong ones itself: axum would tell those without a token, by an `Allow` header, that the path is known.
pub(crate) fn mount<T: Integration + Provides<E> + Send + Sync, E: Endpoint>(
    router: Router,
    shared: &Arc<Shared<T>>,
) -> Router {
    let shared = Arc::clone(shared);
    let operation = move |request: Request| {
        let shared = Arc::clone(&shared);
        async move {
            if let Err(unauthorized) = shared.provider.token.admit(request.headers()) {
                return unauthorized.into_response();
            }
            match allow(E::OPERATION.side(), request.method()) {
                Some(refusal) => refusal,
                None => answer::<T, E>(shared, request).await,
            }
        }
    };
    router.route(E::OPERATION.path(), any(operation))
}

/// A handler that gives nothing away without the token.
fn guarded(
    front: &Front,
    answer: impl Fn(&Front, &Method) -> Result<Response> + Clone + Send + Sync + 'static,
) -> impl Fn(Request) -> Ready<Response> + Clone + Send + Sync + 'static {
    let front = front.clone();
    move |request: Request| {
        let admitted = front.token.admit(request.headers());
        let result = admitted
            .and_then(|()| Mode::of(request.headers()))
            .and_then(|_| answer(&front, request.method()));
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

async fn answer<T: Integration + Provides<E> + Send + Sync, E: Endpoint>(
    shared: Arc<Shared<T>>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let mode = Mode::of(request.headers());
    let span = tracing::info_span!(
        "churnkey",
        module = E::OPERATION.module(),
        operation = E::OPERATION.name(),
        mode = mode.as_ref().map_or("unknown", |mode| mode.as_str()),
        request_id = id.as_str(),
    );
    let (mut parts, body) = request.into_parts();
    let incoming = match mode {
        Ok(mode) => {
            let (limits, manifest) = (shared.provider.limits, &T::MANIFEST);
            Incoming::read(E::OPERATION, mode, manifest, limits, &mut parts, body).await
        }
        Err(refusal) => Err(refusal),
    };
    let actions = shared.provider.actions.clone();
    let work = {
        let id = id.clone();
        async move {
            let outcome = AssertUnwindSafe(async move { run::<T, E>(&shared, incoming?, id, parts).await })
                .catch_unwind()
                .await;
            let result = outcome.unwrap_or_else(|_| Err(panicked()));
            log(&result, started);
            result.unwrap_or_else(Error::into_response)
        }
        .instrument(span)
    };
    let mut response = match E::OPERATION.side() {
        Side::Controller => work.await,
        // A task of its own, which a caller that hangs up does not take down: an accepted action runs to its end, and into the log.
        Side::Action => actions
            .spawn(work)
            .await
            .unwrap_or_else(|failure| Error::internal(failure).into_response()),
    };
    response.headers_mut().insert(REQUEST_ID, id.to_header());
    response
}

async fn run<T: Integration + Provides<E> + Send + Sync, E: Endpoint>(
    shared: &Shared<T>,
    mut incoming: Incoming,
    id: RequestId,
    parts: Parts,
) -> Result<Response> {
    let input = E::Input::decode(&mut incoming)?;
    let request = RequestContext::new(incoming.mode(), id, parts);
    let context = &*shared.provider.context;
    input.guard(context, &request).await?;
    let output = context.call(input, &request).await?;
    output.encode(&incoming.into_asked(), &T::MANIFEST)
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
