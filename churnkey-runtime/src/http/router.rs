//! The processing of a request, top-down: authenticate, find, mode, body, handler, reply.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any_service;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either};
use tokio::time::timeout;
use tower_service::Service;

use super::auth::Authentication;
use super::body;
use super::budgets::Budgets;
use super::extract::{Expectations, Extracted};
use super::handler::{Handler, PreparedCall};
use super::limits::Limits;
use super::log::RequestLog;
use super::path::{PathParams, no_such_path};
use super::reply::Reply;
use super::request_context::RequestContext;
use super::request_id::{REQUEST_ID, RequestId};
use crate::actions_in_flight::{Accepted, InFlight};
use crate::error::{Error, Result};
use crate::events::emit;
use crate::manifest::Manifest;
use crate::mode::{Mode, Modes};
use crate::operation::{Operation, Side};

/// The state that all requests to a provider share.
pub(crate) struct ProviderState {
    pub(crate) authentication: Authentication,
    pub(crate) limits: Limits,
    pub(crate) budgets: Budgets,
    pub(crate) in_flight: InFlight,
    pub(crate) modes: Modes,
    pub(crate) manifest: &'static Manifest,
    /// The manifest as `GET /churnkey/features` serves it.
    pub(crate) features: Bytes,
}

/// The end of a route.
#[derive(Clone)]
enum Target {
    Operation(Operation, Arc<dyn Handler>),
    Features,
    /// Includes the operations that a provider does not have.
    Nothing,
}

/// The routes of a provider. Each authenticates its requests itself, for every method: a response
/// of axum's own, such as a 405 with `Allow`, would show callers without the token which paths
/// exist.
pub(crate) fn router(
    shared: ProviderState,
    handlers: impl IntoIterator<Item = (Operation, Arc<dyn Handler>)>,
) -> Router {
    let shared = Arc::new(shared);
    let handlers: Vec<_> = handlers.into_iter().collect();
    let to = |target| {
        let shared = Arc::clone(&shared);
        any_service(Endpoint { shared, target })
    };
    let mut router = Router::new().route("/churnkey/features", to(Target::Features));
    for path in ["/churnkey", "/churnkey/", "/churnkey/{*path}"] {
        router = router.route(path, to(Target::Nothing));
    }
    // An operation without a function keeps its path, which another route would match: `email` is
    // never the id of a customer.
    for &operation in Operation::ALL {
        let handler = handlers.iter().find(|(of, _)| *of == operation);
        let target = handler.map_or(Target::Nothing, |(_, handler)| {
            Target::Operation(operation, Arc::clone(handler))
        });
        router = router.route(operation.path(), to(target));
    }
    router
}

/// A route. It is a service and not a handler, whose future axum would box once more.
#[derive(Clone)]
struct Endpoint {
    shared: Arc<ProviderState>,
    target: Target,
}

type Outcome = Result<Response, Infallible>;

impl Service<Request> for Endpoint {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Outcome>, BoxFuture<'static, Outcome>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// Responds to a request. Only a function and the body of an action need a future.
    fn call(&mut self, request: Request) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let peer = || peer(&parts);
        if let Some(refusal) = self.shared.authentication.refusal(&parts.headers, peer) {
            // Without a request id, whose counter would show how many requests there are.
            return now(refusal.into_response());
        }
        let id = RequestId::of(&parts.headers);
        let reply = match &self.target {
            Target::Operation(operation, handler) => match PathParams::extract(&mut parts) {
                Ok(params) => {
                    let call = Call {
                        shared: Arc::clone(&self.shared),
                        operation: *operation,
                        handler: Arc::clone(handler),
                        params,
                    };
                    return call.respond(id, parts, body);
                }
                Err(refusal) => nothing(refusal, &parts, &id),
            },
            Target::Features => {
                let reply = features(&self.shared, &parts, &id);
                let mut response = with_id(reply, id);
                // Not a part of the protocol: the verifier reads it in process.
                response.extensions_mut().insert(self.shared.modes);
                return now(response);
            }
            Target::Nothing => nothing(no_such_path(), &parts, &id),
        };
        now(with_id(reply, id))
    }
}

/// A response that needs no future.
fn now<F>(response: Response) -> Either<Ready<Outcome>, F> {
    Either::Left(ready(Ok(response)))
}

fn with_id(reply: Reply, id: RequestId) -> Response {
    reply.header(REQUEST_ID, id.into_header()).into_response()
}

fn peer(parts: &Parts) -> Option<IpAddr> {
    let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    connected.map(|ConnectInfo(address)| address.ip())
}

fn features(shared: &ProviderState, parts: &Parts, id: &RequestId) -> Reply {
    let reply = match Mode::of(&parts.headers) {
        Ok(_) => refuse_method(Side::Controller, &parts.method)
            .unwrap_or_else(|| Reply::json(StatusCode::OK, shared.features.clone())),
        Err(refusal) => refusal.into(),
    };
    let (request_id, status) = (id.as_str(), reply.status().as_u16());
    emit(|| tracing::info!(request_id, status, "asked for the features"));
    reply
}

fn nothing(refusal: Error, parts: &Parts, id: &RequestId) -> Reply {
    let refusal = Mode::of(&parts.headers).err().unwrap_or(refusal);
    emit(|| {
        tracing::info!(
            request_id = id.as_str(),
            status = refusal.status().as_u16(),
            reason = refusal.message(),
            "refused"
        );
    });
    refusal.into()
}

/// A refusal, unless operations of this side have the method.
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

/// A request for an operation that has a function.
struct Call {
    shared: Arc<ProviderState>,
    operation: Operation,
    handler: Arc<dyn Handler>,
    params: PathParams,
}

impl Call {
    /// Checks method and mode, reads the body of an action, decodes the input and runs the
    /// function. The steps that do not wait are no part of the future, which stays small.
    fn respond(
        self,
        id: RequestId,
        parts: Parts,
        body: Body,
    ) -> Either<Ready<Outcome>, BoxFuture<'static, Outcome>> {
        let mode = Mode::of(&parts.headers);
        let log = RequestLog::begin(self.operation, mode.as_ref().ok().copied(), &id);
        let side = self.operation.side();
        if let Some(refusal) = refuse_method(side, &parts.method) {
            return now(with_id(log.refused_method(refusal), id));
        }
        let shared = Arc::clone(&self.shared);
        let mode = mode.and_then(|mode| shared.modes.check(mode).map(|()| mode));
        let context = match mode {
            Ok(mode) => RequestContext::from_parts(mode, id.clone(), parts),
            Err(refusal) => return now(with_id(log.end(Err(refusal)), id)),
        };
        let place = match shared.budgets.take(side) {
            Ok(place) => place,
            Err(refusal) => return now(with_id(log.end(Err(refusal)), id)),
        };
        let span = log.span();
        let response = match side {
            Side::Controller => match span.in_scope(|| self.prepare(context, Bytes::new())) {
                Ok(call) => span
                    .run(async move {
                        let _place = place;
                        let reply = read(&shared, call.reply, &log).await;
                        Ok(with_id(reply, id))
                    })
                    .boxed(),
                Err(refusal) => return now(with_id(log.end(Err(refusal)), id)),
            },
            Side::Action => span
                .run(async move {
                    let _place = place;
                    let body = body::read(context.headers(), body, &shared.limits).await;
                    let reply = match body.and_then(|body| self.prepare(context, body)) {
                        Ok(call) => act(&shared, call, &log).await,
                        Err(refusal) => Err(refusal),
                    };
                    let reply = reply.unwrap_or_else(|refusal| log.end(Err(refusal)));
                    Ok(with_id(reply, id))
                })
                .boxed(),
        };
        Either::Right(response)
    }

    /// Decodes the input of the function.
    ///
    /// # Errors
    ///
    /// The request was refused, and the function does not begin.
    fn prepare(self, context: RequestContext, body: Bytes) -> Result<PreparedCall> {
        self.handler.call(Extracted {
            operation: self.operation,
            manifest: self.shared.manifest,
            limits: self.shared.limits,
            params: self.params,
            context,
            body,
            expectations: Expectations::default(),
            action: None,
        })
    }
}

/// The reply of a controller, whose function is dropped with its caller.
async fn read(
    shared: &ProviderState,
    reply: impl Future<Output = Result<Reply>>,
    log: &RequestLog,
) -> Reply {
    let result = timeout(shared.limits.request_timeout, catch_panic(reply)).await;
    log.end(result.unwrap_or_else(|_| Err(too_late("the function took too long"))))
}

/// The reply of an action, whose function runs on without its caller.
async fn act(shared: &ProviderState, call: PreparedCall, log: &RequestLog) -> Result<Reply> {
    let PreparedCall { action, reply } = call;
    let key = action.ok_or_else(|| Error::internal("the action has no deduplication key"))?;
    let deadline = shared.limits.action_deadline;
    let work = {
        let log = log.clone();
        async move { log.end_action(until(deadline, catch_panic(reply)).await) }
    };
    let Accepted { outcome, joined } = shared.in_flight.accept(key, log.span().run(work))?;
    let result = timeout(shared.limits.request_timeout, outcome).await;
    Ok(match result {
        Ok(reply) if joined => log.joined(reply),
        Ok(reply) => reply,
        // The outcome is logged by the request that began the action.
        Err(_) if joined => log.end(Err(too_late(STILL_UNDER_WAY))),
        Err(_) => {
            emit(|| {
                tracing::warn!("the action takes long: its caller received a 503, and it runs on");
            });
            too_late(STILL_UNDER_WAY).into()
        }
    })
}

/// The result of an action, which is given up at its deadline.
async fn until(
    deadline: Option<Duration>,
    action: impl Future<Output = Result<Reply>>,
) -> Result<Reply> {
    let Some(deadline) = deadline else {
        return action.await;
    };
    let mut action = Box::pin(action);
    timeout(deadline, &mut action).await.unwrap_or_else(|_| {
        // A panic in a drop is one of the function.
        let _panic = catch_unwind(AssertUnwindSafe(|| drop(action)));
        let cause = "the action was given up at `action_deadline`: it may be half done";
        Err(too_late(cause))
    })
}

const STILL_UNDER_WAY: &str = "the action is still under way";

/// A 503, because the same request may succeed later: the function has not failed.
fn too_late(message: &'static str) -> Error {
    Error::unavailable(Duration::from_secs(5)).with_cause(message)
}

/// Turns a panic of a user's function into an error. The message of the panic may hold personal
/// data, so only the panic hook gets it.
async fn catch_panic(call: impl Future<Output = Result<Reply>>) -> Result<Reply> {
    let outcome = AssertUnwindSafe(call).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::internal("the function panicked")))
}
