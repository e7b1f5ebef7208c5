//! One call: its parts, and copies of its bodies that are taken as they pass.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use axum::http::request::Parts;
use http_body::{Frame, SizeHint};

use super::body::Rest;
use super::line::Head;
use super::shared::Shared;

/// Bytes of a request that are kept. Bodies of the protocol are well under a kilobyte.
const REQUEST_BYTES: usize = 64 << 10;
/// Bytes of a response that are kept, a page of a list at most.
const RESPONSE_BYTES: usize = 512 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Request,
    Response,
}

/// A call, which is written when its last part is dropped.
pub(super) struct Call {
    shared: Arc<Shared>,
    head: Head,
    begun: Instant,
    rest: Mutex<Rest>,
}

impl Call {
    /// `None` for a request that is not for the provider.
    pub(super) fn begin(shared: &Arc<Shared>, parts: &Parts) -> Option<Self> {
        Some(Self {
            head: Head::of(parts)?,
            shared: Arc::clone(shared),
            begun: Instant::now(),
            rest: Mutex::default(),
        })
    }

    pub(super) fn answered(&self, status: StatusCode) {
        self.rest().status = Some(status);
    }

    fn rest(&self) -> MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copy(&self, half: Half, data: &Bytes) {
        let mut rest = self.rest();
        let (copied, limit) = match half {
            Half::Request => (&mut rest.request, REQUEST_BYTES),
            Half::Response => (&mut rest.response, RESPONSE_BYTES),
        };
        if copied.bytes.len() + data.len() > limit {
            copied.is_cut = true;
        }
        if !copied.is_cut {
            copied.bytes.extend_from_slice(data);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let rest = self.rest.get_mut();
        let rest = std::mem::take(rest.unwrap_or_else(PoisonError::into_inner));
        let line = self.head.line(&self.shared, &rest, self.begun.elapsed());
        self.shared.lines.write(line);
    }
}

/// A body that is copied as it passes.
pub(super) struct Tee {
    body: Body,
    call: Arc<Call>,
    half: Half,
}

impl Tee {
    pub(super) fn new(body: Body, call: Arc<Call>, half: Half) -> Self {
        Self { body, call, half }
    }
}

impl HttpBody for Tee {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.call.copy(self.half, data);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
