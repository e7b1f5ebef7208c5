//! Metrics, behind the feature `metrics`, and the form of errors in the log.
//!
//! Labels are words of the protocol and statuses, which are few: nothing that a caller sends
//! becomes one.

use std::fmt;
use std::time::Duration;

use axum::http::StatusCode;

use crate::mode::Mode;
use crate::operation::Operation;

/// Registers the descriptions of the metrics.
pub(crate) fn describe() {
    #[cfg(feature = "metrics")]
    {
        use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

        describe_counter!(
            "churnkey_requests_total",
            Unit::Count,
            "Requests with the token that have been answered."
        );
        describe_histogram!(
            "churnkey_request_duration_seconds",
            Unit::Seconds,
            "From the head of a request to its answer, or to the end of its action."
        );
        describe_counter!(
            "churnkey_actions_joined_total",
            Unit::Count,
            "Requests answered with the outcome of the same action, which was under way."
        );
        describe_gauge!(
            "churnkey_actions_in_flight",
            Unit::Count,
            "Actions that were accepted and have not ended."
        );
        describe_counter!(
            "churnkey_refused_tokens_total",
            Unit::Count,
            "Requests without the token, by what they were answered."
        );
        describe_gauge!("churnkey_connections", Unit::Count, "Open connections.");
        describe_counter!(
            "churnkey_connections_refused_total",
            Unit::Count,
            "Connections that the server ended by itself, and why."
        );
    }
}

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
        let labels = labels.map(|(name, value)| (name, value.to_owned()));
        let status = [("status", status.as_u16().to_string())];
        let labels: Vec<_> = labels.into_iter().chain(status).collect();
        metrics::counter!("churnkey_requests_total", &labels).increment(1);
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

/// The number of actions under way.
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

/// A connection, counted among the open ones for as long as this lives.
pub(crate) struct OpenConnection(());

impl OpenConnection {
    pub(crate) fn count() -> Self {
        #[cfg(feature = "metrics")]
        metrics::gauge!("churnkey_connections").increment(1);
        Self(())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        #[cfg(feature = "metrics")]
        metrics::gauge!("churnkey_connections").decrement(1);
    }
}

/// A connection that the server ended by itself, with the reason.
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
