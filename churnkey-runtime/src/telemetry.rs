//! What an operator can watch: metrics, behind the feature `metrics`, and how errors are put into the log.

use std::fmt;
use std::time::Duration;

use axum::http::StatusCode;

use crate::{Mode, Operation};

/// A request that was admitted and has been answered.
pub(crate) fn request(
    operation: Operation,
    mode: Option<Mode>,
    status: StatusCode,
    elapsed: Duration,
) {
    #[cfg(feature = "metrics")]
    {
        let labels = [
            ("module", operation.module()),
            ("operation", operation.name()),
            ("mode", mode.map_or("unknown", Mode::as_str)),
        ];
        metrics::histogram!("churnkey_request_duration_seconds", &labels).record(elapsed);
        let [module, operation, mode] = labels;
        // Statuses are few and known, so a label of them does not grow without bound.
        let status = ("status", status.as_u16().to_string());
        metrics::counter!("churnkey_requests_total", "module" => module.1, "operation" => operation.1, "mode" => mode.1, status.0 => status.1)
            .increment(1);
    }
    #[cfg(not(feature = "metrics"))]
    let _ = (operation, mode, status, elapsed);
}

/// A request that was given the outcome of the same action, which was under way.
pub(crate) fn action_joined(operation: Operation) {
    #[cfg(feature = "metrics")]
    metrics::counter!("churnkey_actions_joined_total", "module" => operation.module()).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = operation;
}

/// How many actions are under way.
pub(crate) fn actions_in_flight(count: usize) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("churnkey_actions_in_flight").set(count as f64);
    #[cfg(not(feature = "metrics"))]
    let _ = count;
}

/// A request without the token, by what it was answered.
pub(crate) fn refused_token(status: StatusCode) {
    #[cfg(feature = "metrics")]
    metrics::counter!("churnkey_refused_tokens_total", "status" => status.as_u16().to_string())
        .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = status;
}

/// How many connections are open.
pub(crate) fn connections(count: usize) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("churnkey_connections").set(count as f64);
    #[cfg(not(feature = "metrics"))]
    let _ = count;
}

/// A connection or a request that the server closed or refused by itself, and why.
pub(crate) fn refused(reason: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!("churnkey_connections_refused_total", "reason" => reason).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = reason;
}

/// An error and its causes on one line.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn std::error::Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
