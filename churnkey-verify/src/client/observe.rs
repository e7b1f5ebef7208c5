//! Observation of the requests of a client, for a log of them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Client;
use super::message::{Request, Response, TransportError};

/// A request that was sent.
#[derive(Debug)]
pub struct Sent<'s> {
    /// The request.
    pub request: &'s Request,
    /// The request as a curl command, without the token.
    pub curl: String,
    /// The path and query, in live mode without personal data.
    pub path: String,
    /// The value of `X-Churnkey-Mode`.
    pub mode: &'static str,
    /// The response; `None` if the client closed the connection before it.
    pub response: Option<&'s Result<Response, TransportError>>,
    /// The time from the request to the complete response.
    pub took: Duration,
}

/// A callback for every request.
pub(crate) type OnSent = Arc<dyn Fn(&Sent<'_>) + Send + Sync>;

/// The callback of a client.
#[derive(Clone, Default)]
pub(super) struct Observer(Option<OnSent>);

impl Observer {
    pub(super) fn new(on_sent: OnSent) -> Self {
        Self(Some(on_sent))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}

/// A request that has no response yet. If it is dropped, the request was given up.
pub(super) struct Pending<'p> {
    client: &'p Client,
    request: &'p Request,
    begun: Instant,
    is_ended: bool,
}

impl<'p> Pending<'p> {
    pub(super) fn new(client: &'p Client, request: &'p Request) -> Self {
        Self {
            client,
            request,
            begun: Instant::now(),
            is_ended: false,
        }
    }

    pub(super) fn end(mut self, response: &Result<Response, TransportError>) {
        self.is_ended = true;
        self.report(Some(response));
    }

    fn report(&self, response: Option<&Result<Response, TransportError>>) {
        let Some(on_sent) = &self.client.observer.0 else {
            return;
        };
        on_sent(&Sent {
            request: self.request,
            curl: self.client.curl(self.request),
            path: self.client.shown_path(self.request),
            mode: self.request.mode.unwrap_or(self.client.mode.as_str()),
            response,
            took: self.begun.elapsed(),
        });
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.is_ended {
            self.report(None);
        }
    }
}
