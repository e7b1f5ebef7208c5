//! Messages of the server about itself, and the errors that prevent its start.

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::error::Error;

/// Logs a message, or prints it to standard error if there is no log, so that a first run is not
/// silent.
pub(super) fn announce(message: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::info!("{message}");
    } else {
        eprintln!("{message}");
    }
}

/// Does the same at the level of errors.
pub(super) fn announce_error(message: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{message}");
    } else {
        eprintln!("{message}");
    }
}

/// An error whose message the operator reads.
pub(super) fn startup_error(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}
