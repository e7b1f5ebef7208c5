//! The processing of a request, top-down: authenticate, find, mode, body, handler, reply.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, any};
use futures_util::FutureExt as _;
use serde_json::Map;
use tokio::time::timeout;

use super::auth::Authentication;
use super::body;
use super::budgets::Budgets;
use super::extract::{Expectations, Extracted};
use super::handler::Handler;
use super::limits::Limits;
use super::log::RequestLog;
use super::path::{PathParams, no_such_path};
use super::reply::Reply;
use super::request_context::RequestContext;
use super::request_id::{REQUEST_ID, RequestId};
use crate::actions_in_flight::{Accepted, ActionKey, InFlight};
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
    let to = |target: Target| -> MethodRouter {
        let shared = Arc::clone(&shared);
        any(move |request| respond(shared, target, request))
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

/// Responds to a request for one route.
async fn respond(shared: Arc<ProviderState>, target: Target, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let peer = || peer(&parts);
    if let Some(refusal) = shared.authentication.refusal(&parts.headers, peer) {
        // Without a request id, whose counter would show how many requests there are.
        return refusal.into_response();
    }
    let id = RequestId::of(&parts.headers);
    let params = PathParams::extract(&mut parts).await;
    let modes = matches!(target, Target::Features).then_some(shared.modes);
    let reply = match (target, params) {
        (Target::Operation(operation, handler), Ok(params)) => {
            let call = Call {
                shared,
                operation,
                handler,
                params,
                id: id.clone(),
            };
            call.reply(parts, body).await
        }
        (Target::Features, _) => features(&shared, &parts, &id),
        (Target::Nothing, _) => nothing(no_such_path(), &parts, &id),
        (Target::Operation(..), Err(refusal)) => nothing(refusal, &parts, &id),
    };
    let mut response = reply.into_response();
    response.headers_mut().insert(REQUEST_ID, id.into_header());
    // Not a part of the protocol: the verifier reads it in process.
    if let Some(modes) = modes {
        response.extensions_mut().insert(modes);
    }
    response
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
    id: RequestId,
}

impl Call {
    async fn reply(self, parts: Parts, body: Body) -> Reply {
        let mode = Mode::of(&parts.headers);
        let log = RequestLog::begin(self.operation, mode.as_ref().ok().copied(), &self.id);
        if let Some(refusal) = refuse_method(self.operation.side(), &parts.method) {
            return log.refused_method(refusal);
        }
        let span = log.span();
        let reply = async {
            match mode {
                Ok(mode) => self.run(mode, parts, body, &log).await,
                Err(refusal) => Err(refusal),
            }
            .unwrap_or_else(|refusal| log.end(Err(refusal)))
        };
        span.run(reply).await
    }

    /// Checks the mode, reads the body, decodes the input and runs the function.
    ///
    /// # Errors
    ///
    /// The request was refused before the function began.
    async fn run(self, mode: Mode, parts: Parts, body: Body, log: &RequestLog) -> Result<Reply> {
        let shared = &self.shared;
        shared.modes.check(mode)?;
        let _place = shared.budgets.take(self.operation.side())?;
        let body = match self.operation.side() {
            Side::Controller => Map::new(),
            Side::Action => body::read(&parts.headers, body, &shared.limits).await?,
        };
        let extracted = Extracted {
            operation: self.operation,
            mode,
            manifest: shared.manifest,
            limits: shared.limits,
            params: self.params,
            uri: parts.uri.clone(),
            body,
            expectations: Expectations::default(),
            action: None,
        };
        let context = RequestContext::from_parts(mode, self.id, parts);
        let call = self.handler.call(extracted, context)?;
        match call.action {
            None => Ok(read(shared, call.reply, log).await),
            Some(key) => act(shared, key, call.reply, log).await,
        }
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
async fn act(
    shared: &ProviderState,
    key: ActionKey,
    reply: impl Future<Output = Result<Reply>> + Send + 'static,
    log: &RequestLog,
) -> Result<Reply> {
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
