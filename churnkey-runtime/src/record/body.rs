//! The parts of a call after the head of its request.

use axum::http::StatusCode;

/// All that is known after the head of the request.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) request: Copied,
    pub(super) response: Copied,
    pub(super) status: Option<StatusCode>,
}

/// A body, up to a limit.
#[derive(Default)]
pub(super) struct Copied {
    pub(super) bytes: Vec<u8>,
    /// It was longer than the limit, or has not come to its end.
    pub(super) is_cut: bool,
}
