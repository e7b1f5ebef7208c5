//! Metrics, behind the feature `metrics`, and the form of errors in the log.
//!
//! Labels are names of the protocol and statuses, which are few. Data of a caller is never a label.

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
            "Requests without the token, by the status of the response."
        );
        describe_counter!(
            "churnkey_log_lines_lost_total",
            Unit::Count,
            "Lines of the log that were not written."
        );
        describe_gauge!("churnkey_connections", Unit::Count, "Open connections.");
        describe_counter!(
            "churnkey_connections_refused_total",
            Unit::Count,
            "Connections that the server ended by itself, by the reason."
        );
    }
}

/// Records the response to an authenticated request.
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

/// Counts a request that got the outcome of the same action, which was under way.
pub(crate) fn action_joined(operation: Operation) {
    #[cfg(feature = "metrics")]
    metrics::counter!("churnkey_actions_joined_total", "module" => operation.module()).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = operation;
}

/// Sets the number of actions under way.
pub(crate) fn actions_in_flight(count: usize) {
    #[cfg(feature = "metrics")]
    metrics::gauge!("churnkey_actions_in_flight").set(count as f64);
    #[cfg(not(feature = "metrics"))]
    let _ = count;
}

/// Counts a request without the token, by the status of the response.
pub(crate) fn refused_token(status: StatusCode) {
    #[cfg(feature = "metrics")]
    metrics::counter!("churnkey_refused_tokens_total", "status" => status.as_u16().to_string())
        .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = status;
}

/// Counts lines of the log that were not written.
pub(crate) fn lost_lines(count: u64) {
    #[cfg(feature = "metrics")]
    metrics::counter!("churnkey_log_lines_lost_total").increment(count);
    #[cfg(not(feature = "metrics"))]
    let _ = count;
}

/// A connection, which counts as open until this is dropped.
#[cfg(feature = "server")]
pub(crate) struct OpenConnection(());

#[cfg(feature = "server")]
impl OpenConnection {
    pub(crate) fn count() -> Self {
        #[cfg(feature = "metrics")]
        metrics::gauge!("churnkey_connections").increment(1);
        Self(())
    }
}

#[cfg(feature = "server")]
impl Drop for OpenConnection {
    fn drop(&mut self) {
        #[cfg(feature = "metrics")]
        metrics::gauge!("churnkey_connections").decrement(1);
    }
}

/// Counts a connection that the server ended by itself, with the reason.
#[cfg(feature = "server")]
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
