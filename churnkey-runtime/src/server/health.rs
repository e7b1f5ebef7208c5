//! Whether the process lives, and whether it can serve: for load balancers and orchestrators, without the token.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::reply::Reply;
use crate::telemetry::Chain;
use crate::{Error, Result};

/// Asks the integration whether it can serve.
pub(super) type Ask = Arc<dyn Fn() -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// An answer is good for so long: anybody may ask, and the database must not hear of each.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Whoever asks waits no longer than load balancers commonly do.
const PATIENCE: Duration = Duration::from_secs(4);

/// `/healthz` and `/readyz`.
pub(super) fn router(ask: Option<Ask>, ending: CancellationToken) -> Router {
    let readiness = Arc::new(Readiness {
        ask,
        ending,
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
    ending: CancellationToken,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    async fn answer(&self) -> Response {
        if !self.ending.is_cancelled() && self.is_ready().await {
            said("ready")
        } else {
            Error::unavailable(GOOD_FOR).into_response()
        }
    }

    /// One question at a time; those who ask meanwhile are given its answer.
    async fn is_ready(&self) -> bool {
        let Some(ask) = &self.ask else { return true };
        let mut last = self.last.lock().await;
        if let Some((asked, ready)) = *last
            && asked.elapsed() < GOOD_FOR
        {
            return ready;
        }
        let answer = async { AssertUnwindSafe(ask()).catch_unwind().await };
        let ready = match timeout(PATIENCE, answer).await {
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
        };
        *last = Some((Instant::now(), ready));
        ready
    }
}

fn said(status: &'static str) -> Response {
    let document = serde_json::json!({ "status": status });
    Reply::json(StatusCode::OK, document.to_string()).into_response()
}
