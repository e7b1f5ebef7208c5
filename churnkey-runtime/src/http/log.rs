//! The log record and the metrics of one request.

use std::time::Instant;

use axum::http::StatusCode;
use tracing::Span;

use super::reply::Reply;
use super::request_id::RequestId;
use crate::error::{Error, Result};
use crate::mode::Mode;
use crate::operation::Operation;
use crate::telemetry::{self, Chain};

/// The span of a request, and the data of its metrics.
#[derive(Clone)]
pub(super) struct RequestLog {
    span: Span,
    operation: Operation,
    mode: Option<Mode>,
    started: Instant,
}

impl RequestLog {
    /// Begins the record of a request. Without a mode, its header was refused.
    pub(super) fn begin(operation: Operation, mode: Option<Mode>, id: &RequestId) -> Self {
        let span = tracing::info_span!(
            "churnkey",
            module = operation.module(),
            operation = operation.name(),
            mode = mode.map_or("unknown", Mode::as_str),
            request_id = id.as_str(),
            status = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
        );
        Self {
            span,
            operation,
            mode,
            started: Instant::now(),
        }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records the outcome of a request.
    pub(super) fn end(&self, result: Result<Reply>) -> Reply {
        let _inside = self.span.enter();
        match result {
            Ok(reply) => {
                self.record(reply.status());
                tracing::info!("answered");
                reply
            }
            Err(error) => {
                self.record(error.status());
                log_error(&error);
                error.into()
            }
        }
    }

    /// Records a request whose method the operation does not have.
    pub(super) fn refused_method(&self, refusal: Reply) -> Reply {
        let _inside = self.span.enter();
        self.record(refusal.status());
        tracing::info!(reason = "Method Not Allowed", "refused");
        refusal
    }

    /// Records a request that was given the reply of another.
    pub(super) fn joined(&self, reply: Reply) -> Reply {
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

fn log_error(error: &Error) {
    match error.cause() {
        Some(cause) if error.status().is_server_error() => {
            tracing::error!(cause = %Chain(cause), "failed");
        }
        Some(cause) => tracing::warn!(cause = %Chain(cause), "refused"),
        None => tracing::info!(reason = error.message(), "refused"),
    }
}
