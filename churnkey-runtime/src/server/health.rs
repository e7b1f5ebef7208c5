//! Whether the process lives, and whether it can serve: for load balancers and orchestrators, without the token.

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

use crate::error::{Error, Result};
use crate::http::reply::Reply;
use crate::telemetry::Chain;

/// Asks the integration whether it can serve.
pub(super) type Ask = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// An answer is good for so long: anybody may ask, and the database must not hear of each.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Whoever asks waits no longer than load balancers commonly do.
const PATIENCE: Duration = Duration::from_secs(4);

/// `/healthz` and `/readyz`.
pub(super) fn router(ask: Option<Ask>, draining: CancellationToken) -> Router {
    let readiness = Arc::new(Readiness {
        ask,
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
        .route("/healthz", get(async || said("ok")).fallback(method))
        .route("/readyz", get(ready).fallback(method))
}

struct Readiness {
    ask: Option<Ask>,
    draining: CancellationToken,
    last: Mutex<Option<(Instant, Answer)>>,
}

/// Whether the integration can serve, for as many as ask.
type Answer = Shared<BoxFuture<'static, bool>>;

impl Readiness {
    async fn answer(&self) -> Response {
        if self.is_ready().await && !self.draining.is_cancelled() {
            said("ready")
        } else {
            Error::unavailable(GOOD_FOR).into_response()
        }
    }

    async fn is_ready(&self) -> bool {
        match &self.ask {
            Some(ask) => self.last_answer(ask).await,
            None => true,
        }
    }

    /// One question at a time; those who ask meanwhile are given its answer.
    fn last_answer(&self, ask: &Ask) -> Answer {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, answer)) = &*last
            && (asked.elapsed() < GOOD_FOR || answer.peek().is_none())
        {
            return answer.clone();
        }
        let answer = in_time(Arc::clone(ask)).boxed().shared();
        // It belongs to nobody who asks, so that those who hang up cannot have it asked anew.
        tokio::spawn(answer.clone());
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

async fn in_time(ask: Ask) -> bool {
    let answer = AssertUnwindSafe(async move { ask().await }).catch_unwind();
    match timeout(PATIENCE, answer).await {
        Ok(Ok(Ok(()))) => true,
        Ok(Ok(Err(error))) => {
            let cause = error
                .cause()
                .map(|cause| tracing::field::display(Chain(cause)));
            tracing::warn!(reason = error.message(), cause, "not ready");
            false
        }
        Ok(Err(_)) => {
            tracing::error!("the readiness check panicked");
            false
        }
        Err(_) => {
            tracing::warn!("not ready: the readiness check took too long");
            false
        }
    }
}

fn said(status: &'static str) -> Response {
    let document = serde_json::json!({ "status": status });
    Reply::json(StatusCode::OK, document.to_string()).into_response()
}
