//! Observation of the requests of a client, for a log of them.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::message::{Request, Response, TransportError};

/// A request that was sent.
#[derive(Clone, Debug)]
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

/// The callback of a client, if it has one.
#[derive(Clone, Default)]
pub(super) struct Observer(pub(super) Option<OnSent>);

impl Observer {
    /// Begins a request. It is described only if there is a callback.
    pub(super) fn begin<'s>(&self, describe: impl FnOnce() -> Sent<'s>) -> Pending<'s> {
        let on_sent = self.0.clone();
        Pending {
            waiting: on_sent.map(|on_sent| (on_sent, describe())),
            begun: Instant::now(),
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observer").field(&self.0.is_some()).finish()
    }
}

/// A request that has no response yet. If it is dropped, the request was given up.
pub(super) struct Pending<'s> {
    waiting: Option<(OnSent, Sent<'s>)>,
    begun: Instant,
}

impl Pending<'_> {
    pub(super) fn end(mut self, response: &Result<Response, TransportError>) {
        if let Some((on_sent, sent)) = self.waiting.take() {
            on_sent(&Sent {
                response: Some(response),
                took: self.begun.elapsed(),
                ..sent
            });
        }
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some((on_sent, sent)) = self.waiting.take() {
            let took = self.begun.elapsed();
            on_sent(&Sent { took, ..sent });
        }
    }
}
