//! From a request to a response: admit, find, read, call, validate, answer.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either, Map, Ready, ready};
use tokio::time::timeout;
use tower_service::Service;
use tracing::{Instrument as _, Span};

use crate::action::Fields;
use crate::admission::Admission;
use crate::in_flight::{Accepted, InFlight};
use crate::incoming::{Incoming, read_fields};
use crate::manifest::Manifest;
use crate::operate::Operate;
use crate::provider::Limits;
use crate::reply::Reply;
use crate::request::REQUEST_ID;
use crate::routes::{Found, Params, Routes};
use crate::telemetry::{self, Chain};
use crate::{Error, Mode, Operation, RequestId, Result, Side};

/// What all requests to a provider share.
pub(crate) struct Shared {
    pub(crate) admission: Admission,
    pub(crate) limits: Limits,
    pub(crate) in_flight: InFlight,
    pub(crate) routes: Routes,
    pub(crate) manifest: &'static Manifest,
    /// The manifest as `GET /churnkey/features` serves it.
    pub(crate) features: Bytes,
}

/// Everything under `/churnkey`, in one service for every method: axum's own routes would tell those without the token, by an `Allow` header or by the time that a
/// lookup takes, which paths are known.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let endpoint = Endpoint(shared);
    Router::new()
        .route_service("/churnkey", endpoint.clone())
        .route_service("/churnkey/", endpoint.clone())
        .route_service("/churnkey/{*path}", endpoint)
        // The routes are complete; otherwise axum would make them anew for each request.
        .with_state(())
}

/// A service and not a handler, which axum would box and hand the request through once more.
#[derive(Clone)]
struct Endpoint(Arc<Shared>);

impl Service<Request> for Endpoint {
    type Response = Response;
    type Error = Infallible;
    type Future = Map<Responding, fn(Response) -> Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let sent: fn(_) -> _ = match *request.method() {
            Method::HEAD => |response| Ok(without_body(response)),
            _ => Ok,
        };
        respond(&self.0, request, None).map(sent)
    }
}

/// What is answered to HEAD: axum's handlers see to that, and hyper does where it sends the answer, but not every server that a router is merged into is hyper's.
fn without_body(response: Response) -> Response {
    let length = response.body().size_hint().exact();
    let mut response = response.map(|_| Body::empty());
    if let Some(length) = length {
        let headers = response.headers_mut();
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert_with(|| length.into());
    }
    response
}

/// Whether a path is one that [`respond`] answers.
pub(crate) fn has(path: &str) -> bool {
    path.strip_prefix("/churnkey")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A response that is there already, or that a function is asked for. Only the latter takes memory of its own to wait in.
pub(crate) type Responding = Either<Ready<Response>, BoxFuture<'static, Response>>;

/// Answers a request for a path of the provider, whether or not there is anything. The peer is that of a server of ours; others tell it by an extension of the request.
pub(crate) fn respond(
    shared: &Arc<Shared>,
    mut request: Request,
    connected: Option<SocketAddr>,
) -> Responding {
    let peer = || {
        let told = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = connected.or(told.map(|ConnectInfo(address)| *address));
        peer.map(|address| address.ip())
    };
    if let Some(refusal) = shared.admission.refusal(request.headers(), peer) {
        // Nothing else is told, an id of the request neither: its count would tell how many there are.
        return Either::Left(ready(refusal.into_response()));
    }
    let id = RequestId::of(request.headers());
    let reply = match shared.routes.find(request.uri().path()) {
        Ok(Found::Operation(operation, function, params)) => {
            let call = Call {
                operation,
                params,
                function: Arc::clone(function),
                id,
            };
            if let Some(peer) = connected {
                request.extensions_mut().insert(ConnectInfo(peer));
            }
            return call.answer(shared, request);
        }
        Ok(Found::Features) => features(shared, &request, &id),
        Err(nothing) => {
            let refusal = Mode::of(request.headers()).err().unwrap_or(nothing);
            tracing::info!(
                request_id = id.as_str(),
                status = refusal.status().as_u16(),
                reason = refusal.message(),
                "refused"
            );
            refusal.into()
        }
    };
    Either::Left(ready(with_id(reply, id)))
}

fn with_id(reply: Reply, id: RequestId) -> Response {
    let mut response = reply.into_response();
    response.headers_mut().insert(REQUEST_ID, id.into_header());
    response
}

fn features(shared: &Shared, request: &Request, id: &RequestId) -> Reply {
    let reply = match Mode::of(request.headers()) {
        Ok(_) => refuse_method(Side::Controller, request.method())
            .unwrap_or_else(|| Reply::json(StatusCode::OK, shared.features.clone())),
        Err(refusal) => refusal.into(),
    };
    let (request_id, status) = (id.as_str(), reply.status().as_u16());
    tracing::info!(request_id, status, "asked for the features");
    reply
}

/// A refusal, if the method is not one of those that a side has.
fn refuse_method(side: Side, method: &Method) -> Option<Reply> {
    let allowed = match side {
        Side::Controller if method == Method::GET || method == Method::HEAD => return None,
        Side::Action if method == Method::POST => return None,
        Side::Controller => HeaderValue::from_static("GET, HEAD"),
        Side::Action => HeaderValue::from_static("POST"),
    };
    let refusal = Error::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
    Some(Reply::from(refusal).header(header::ALLOW, allowed))
}

/// A request that has found its operation.
struct Call {
    operation: Operation,
    params: Params,
    function: Arc<dyn Operate>,
    id: RequestId,
}

impl Call {
    /// All that can be done without waiting is done at once. What waits is then a future of some hundred bytes instead of some thousand, which would be more than an
    /// allocator keeps at hand.
    fn answer(self, shared: &Arc<Shared>, request: Request) -> Responding {
        let mode = Mode::of(request.headers());
        let span = tracing::info_span!(
            "churnkey",
            module = self.operation.module(),
            operation = self.operation.name(),
            mode = mode.as_ref().map_or("unknown", |mode| mode.as_str()),
            request_id = self.id.as_str(),
            status = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
        );
        let watch = Watch {
            span,
            operation: self.operation,
            mode: mode.as_ref().ok().copied(),
            started: Instant::now(),
        };
        if let Some(refusal) = refuse_method(self.operation.side(), request.method()) {
            return Either::Left(ready(with_id(watch.refused_method(refusal), self.id)));
        }
        let mode = match mode {
            Ok(mode) => mode,
            Err(refusal) => {
                return Either::Left(ready(with_id(watch.end(Err(refusal)), self.id)));
            }
        };
        let span = watch.span.clone();
        let (parts, body) = request.into_parts();
        Either::Right(match self.operation.side() {
            Side::Controller => Box::pin(self.read(shared, mode, parts, watch).instrument(span)),
            Side::Action => Box::pin(
                self.act(Arc::clone(shared), mode, parts, body, watch)
                    .instrument(span),
            ),
        })
    }

    /// The answer of a controller, which is dropped with its caller.
    fn read(
        self,
        shared: &Shared,
        mode: Mode,
        parts: Parts,
        watch: Watch,
    ) -> impl Future<Output = Response> + use<> {
        let (incoming, id, function) = self.incoming(shared, mode, &parts, None);
        let call = caught(function.operate(incoming, id.clone(), parts));
        let limit = shared.limits.request_timeout;
        async move {
            let result = timeout(limit, call).await;
            let result = result.unwrap_or_else(|_| Err(too_late("the function took too long")));
            with_id(watch.end(result), id)
        }
    }

    /// The answer of an action, which runs on without its caller.
    #[expect(
        clippy::manual_async_fn,
        reason = "the future of an async function has room for each argument twice"
    )]
    fn act(
        self,
        shared: Arc<Shared>,
        mode: Mode,
        parts: Parts,
        body: Body,
        watch: Watch,
    ) -> impl Future<Output = Response> {
        async move {
            let fields = match read_fields(&parts.headers, body, &shared.limits).await {
                Ok(fields) => fields,
                Err(refusal) => return with_id(watch.end(Err(refusal)), self.id),
            };
            let (incoming, id, function) = self.incoming(&shared, mode, &parts, Some(fields));
            let intent = incoming.intent();
            let call = caught(function.operate(incoming, id.clone(), parts));
            let work = {
                let watch = watch.clone();
                async move { watch.end(call.await) }
            };
            let work = work.instrument(watch.span.clone());
            let reply = match shared.in_flight.accept(intent, work) {
                Ok(accepted) => outcome(accepted, shared.limits.request_timeout, &watch).await,
                Err(refusal) => watch.end(Err(refusal)),
            };
            with_id(reply, id)
        }
    }

    fn incoming(
        self,
        shared: &Shared,
        mode: Mode,
        parts: &Parts,
        fields: Option<Fields>,
    ) -> (Incoming, RequestId, Arc<dyn Operate>) {
        let incoming = Incoming::new(
            self.operation,
            self.params,
            mode,
            shared.manifest,
            &shared.limits,
            parts,
            fields,
        );
        (incoming, self.id, self.function)
    }
}

/// What the caller of an action is told: the outcome, or after a while that there is none yet.
async fn outcome(accepted: Accepted, limit: Duration, watch: &Watch) -> Reply {
    match timeout(limit, accepted.outcome).await {
        Ok(reply) if accepted.joined => watch.joined(reply),
        Ok(reply) => reply,
        // What the action comes to is written down for the request that began it, once it is known.
        Err(_) if accepted.joined => watch.end(Err(too_late(STILL_UNDER_WAY))),
        Err(_) => {
            tracing::warn!("the action runs on, and its caller is told to come back");
            too_late(STILL_UNDER_WAY).into()
        }
    }
}

const STILL_UNDER_WAY: &str = "the action is still under way";

/// The caller may come back: what it asked for has not failed.
fn too_late(message: &'static str) -> Error {
    Error::unavailable(Duration::from_secs(5)).because(message)
}

/// The outcome of a user's function, which may panic. The panic's message is the panic hook's to show and may hold personal data.
async fn caught(call: impl Future<Output = Result<Reply>>) -> Result<Reply> {
    let outcome = AssertUnwindSafe(call).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::internal("the function panicked")))
}

/// What is written down of a request.
#[derive(Clone)]
struct Watch {
    span: Span,
    operation: Operation,
    mode: Option<Mode>,
    started: Instant,
}

impl Watch {
    /// The end of a request, in the log and in the metrics.
    fn end(&self, result: Result<Reply>) -> Reply {
        let _inside = self.span.enter();
        match result {
            Ok(reply) => {
                self.record(reply.status());
                tracing::info!("answered");
                reply
            }
            Err(error) => {
                let status = error.status();
                self.record(status);
                match error.cause() {
                    Some(cause) if status.is_server_error() => {
                        tracing::error!(cause = %Chain(cause), "failed");
                    }
                    Some(cause) => tracing::warn!(cause = %Chain(cause), "refused"),
                    None => tracing::info!(reason = error.message(), "refused"),
                }
                error.into()
            }
        }
    }

    /// The end of a request whose method the operation does not have.
    fn refused_method(&self, refusal: Reply) -> Reply {
        let _inside = self.span.enter();
        self.record(refusal.status());
        tracing::info!(reason = "Method Not Allowed", "refused");
        refusal
    }

    /// The end of a request that was given the outcome of another.
    fn joined(&self, reply: Reply) -> Reply {
        let _inside = self.span.enter();
        self.record(reply.status());
        telemetry::action_joined(self.operation);
        tracing::info!("answered with the outcome of the same action, which was under way");
        reply
    }

    fn record(&self, status: StatusCode) {
        let elapsed = self.started.elapsed();
        self.span.record("status", status.as_u16());
        self.span
            .record("duration_ms", elapsed.as_micros() as f64 / 1e3);
        telemetry::request(self.operation, self.mode, status, elapsed);
    }
}
