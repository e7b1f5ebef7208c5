//! Liveness and readiness, for load balancers and orchestrators, without the token.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::actions_in_flight::InFlight;
use crate::error::{Error, Result};
use crate::events::emit;
use crate::http::budgets::Budgets;
use crate::http::reply::Reply;
use crate::telemetry::Chain;

/// The readiness check of the integration.
pub(super) type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// The time for which a readiness result is cached: probes are unauthenticated and must not load
/// the database.
const CACHED_FOR: Duration = Duration::from_secs(1);

/// The time that a check may take: load balancers commonly wait for five seconds.
const CHECK_TIMEOUT: Duration = Duration::from_secs(4);

/// The budgets that a server which is ready has not exhausted.
pub(super) struct Load {
    pub(super) budgets: Budgets,
    pub(super) in_flight: InFlight,
}

impl Load {
    fn exhausted(&self) -> Option<&'static str> {
        let budget = self.budgets.exhausted();
        budget.or_else(|| self.in_flight.is_full().then_some("max_actions"))
    }
}

/// `/healthz` and `/readyz`.
pub(super) fn router(check: Option<Check>, load: Load, draining: CancellationToken) -> Router {
    let readiness = Arc::new(Readiness {
        check,
        load,
        draining,
        last: Mutex::new(None),
    });
    let ready = move || {
        let readiness = Arc::clone(&readiness);
        async move { readiness.answer().await }
    };
    let method = || async {
        let refusal = Error::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
        refusal.into_response()
    };
    Router::new()
        .route("/healthz", get(async || status("ok")).fallback(method))
        .route("/readyz", get(ready).fallback(method))
}

struct Readiness {
    check: Option<Check>,
    load: Load,
    draining: CancellationToken,
    last: Mutex<Option<(Instant, CheckOutcome)>>,
}

/// The result of a check, shared by all probes that wait for it.
type CheckOutcome = Shared<BoxFuture<'static, bool>>;

impl Readiness {
    async fn answer(&self) -> Response {
        if let Some(budget) = self.load.exhausted() {
            emit(|| {
                tracing::warn!(
                    budget,
                    "not ready: as many requests as it allows are under way"
                )
            });
            return Error::unavailable(CACHED_FOR).into_response();
        }
        if self.is_ready().await && !self.draining.is_cancelled() {
            status("ready")
        } else {
            Error::unavailable(CACHED_FOR).into_response()
        }
    }

    async fn is_ready(&self) -> bool {
        match &self.check {
            Some(check) => self.last_outcome(check).await,
            None => true,
        }
    }

    /// Runs one check at a time. Probes that arrive meanwhile share its result.
    fn last_outcome(&self, check: &Check) -> CheckOutcome {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((started, outcome)) = &*last
            && (started.elapsed() < CACHED_FOR || outcome.peek().is_none())
        {
            return outcome.clone();
        }
        let outcome = run(Arc::clone(check)).boxed().shared();
        // Spawned, so that a probe that disconnects does not cancel the check for the others.
        tokio::spawn(outcome.clone());
        *last = Some((Instant::now(), outcome.clone()));
        outcome
    }
}

async fn run(check: Check) -> bool {
    let outcome = AssertUnwindSafe(async move { check().await }).catch_unwind();
    match timeout(CHECK_TIMEOUT, outcome).await {
        Ok(Ok(Ok(()))) => true,
        Ok(Ok(Err(error))) => {
            let cause = error
                .cause()
                .map(|cause| tracing::field::display(Chain(cause)));
            emit(|| tracing::warn!(reason = error.message(), cause, "not ready"));
            false
        }
        Ok(Err(_)) => {
            emit(|| tracing::error!("the readiness check panicked"));
            false
        }
        Err(_) => {
            emit(|| tracing::warn!("not ready: the readiness check took too long"));
            false
        }
    }
}

fn status(status: &'static str) -> Response {
    let document = serde_json::json!({ "status": status });
    Reply::json(StatusCode::OK, document.to_string()).into_response()
}
