//! The log record and the metrics of one request.

use std::time::Instant;

use axum::http::StatusCode;

use super::reply::Reply;
use super::request_id::RequestId;
use crate::actions_in_flight::ActionEnd;
use crate::error::{Error, Result};
use crate::events::GuardedSpan;
use crate::mode::Mode;
use crate::operation::Operation;
use crate::telemetry::{self, Chain};

/// The span of a request, and the data of its metrics.
#[derive(Clone)]
pub(super) struct RequestLog {
    span: GuardedSpan,
    operation: Operation,
    mode: Option<Mode>,
    started: Instant,
}

impl RequestLog {
    /// Begins the record of a request. Without a mode, its header was refused.
    pub(super) fn begin(operation: Operation, mode: Option<Mode>, id: &RequestId) -> Self {
        let span = || {
            tracing::info_span!(
                "churnkey",
                module = operation.module(),
                operation = operation.name(),
                mode = mode.map_or("unknown", Mode::as_str),
                request_id = id.as_str(),
                status = tracing::field::Empty,
                duration_ms = tracing::field::Empty,
            )
        };
        Self {
            span: GuardedSpan::new(span),
            operation,
            mode,
            started: Instant::now(),
        }
    }

    pub(super) fn span(&self) -> GuardedSpan {
        self.span.clone()
    }

    /// Records the outcome of a request.
    pub(super) fn end(&self, result: Result<Reply>) -> Reply {
        let (reply, error) = self.outcome(result);
        self.log(error.as_ref());
        reply
    }

    /// Records the outcome of an action, and leaves its line to the end of the action.
    pub(super) fn end_action(&self, result: Result<Reply>) -> ActionEnd {
        let (reply, error) = self.outcome(result);
        let log = self.clone();
        ActionEnd {
            reply,
            log: Some(Box::new(move || log.log(error.as_ref()))),
        }
    }

    fn outcome(&self, result: Result<Reply>) -> (Reply, Option<Error>) {
        let (reply, error) = match result {
            Ok(reply) => (reply, None),
            Err(error) => (Reply::from(&error), Some(error)),
        };
        self.record(reply.status());
        (reply, error)
    }

    fn log(&self, error: Option<&Error>) {
        self.span.emit(|| match error {
            None => tracing::info!("answered"),
            Some(error) => log_error(error),
        });
    }

    /// Records a request whose method the operation does not have.
    pub(super) fn refused_method(&self, refusal: Reply) -> Reply {
        self.record(refusal.status());
        self.span
            .emit(|| tracing::info!(reason = "Method Not Allowed", "refused"));
        refusal
    }

    /// Records a request that was given the reply of another.
    pub(super) fn joined(&self, reply: Reply) -> Reply {
        self.record(reply.status());
        telemetry::action_joined(self.operation);
        self.span.emit(|| {
            tracing::info!("answered with the outcome of the same action, which was under way");
        });
        reply
    }

    fn record(&self, status: StatusCode) {
        let elapsed = self.started.elapsed();
        self.span.record(|span| {
            span.record("status", status.as_u16());
            span.record("duration_ms", elapsed.as_micros() as f64 / 1e3);
        });
        telemetry::request(self.operation, self.mode, status, elapsed);
    }
}

fn log_error(error: &Error) {
    match error.cause() {
        Some(cause) if error.status().is_server_error() => {
            tracing::error!(cause = %Chain(cause), "failed");
        }
        Some(cause) => tracing::warn!(cause = %Chain(cause), "refused"),
        None => tracing::info!(reason = error.message(), "refused"),
    }
}
