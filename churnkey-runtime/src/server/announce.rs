//! Messages of the server about itself, and the errors that prevent its start.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::LazyLock;

use axum::http::StatusCode;

use crate::error::Error;
use crate::events::emit;
use crate::log_queue::LogQueue;

/// Logs a message, or writes it to standard error if there is no log, so that a first run is not
/// silent.
pub(super) fn announce(message: &str) {
    if tracing::dispatcher::has_been_set() {
        emit(|| tracing::info!("{message}"));
    } else {
        write(message);
    }
}

/// Does the same for a condition that needs attention.
pub(super) fn announce_warning(message: &str) {
    if tracing::dispatcher::has_been_set() {
        emit(|| tracing::warn!("{message}"));
    } else {
        write(message);
    }
}

/// Does the same for an error.
pub(super) fn announce_error(message: &str) {
    if tracing::dispatcher::has_been_set() {
        emit(|| tracing::error!("{message}"));
    } else {
        write(message);
    }
}

/// Neither blocks nor panics, even if standard error is closed or its reader has stalled.
fn write(message: &str) {
    static STDERR: LazyLock<LogQueue> = LazyLock::new(LogQueue::stderr);
    let line = format!("{message}\n");
    // A line that cannot be written has no other place to go.
    let _lost = STDERR.writer()().write_all(line.as_bytes());
}

/// An error whose message the operator reads.
pub(super) fn startup_error(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}
