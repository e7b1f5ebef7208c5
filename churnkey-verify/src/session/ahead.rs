//! Requests that are sent ahead, several at the same time.
//!
//! The checks run one after the other, in a fixed order. A check whose requests are known sends
//! them ahead, and then finds the responses here. A response is used once, and none after a request
//! that can change data.

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};

use super::Session;
use crate::client::{Request, Response};

/// Number of requests that are sent ahead at once, for each connection.
const AHEAD: usize = 8;

impl Session {
    /// Sends these requests ahead, as many as one part has. An error is left to the request in its
    /// place.
    ///
    /// The future does not contain the iterator, whose closure may borrow.
    pub(crate) fn ahead(&self, requests: impl IntoIterator<Item = Request>) -> BoxFuture<'_, ()> {
        let requests: Vec<_> = match self.jobs < 2 || self.has_error_ahead() {
            true => Vec::new(),
            false => requests.into_iter().take(self.part()).collect(),
        };
        self.send_ahead(requests).boxed()
    }

    async fn send_ahead(&self, requests: Vec<Request>) {
        if requests.len() < 2 {
            return;
        }
        let mut sent = Vec::new();
        for request in requests {
            sent.push(async move {
                let response = self.send_now(&request).await;
                (key(&request), response)
            });
        }
        let mut responses = stream::iter(sent).buffer_unordered(self.jobs);
        while let Some((key, response)) = responses.next().await {
            match response {
                Ok(response) => {
                    let posted = self.client.posted();
                    let mut record = self.record();
                    if record.ahead.posted != posted {
                        record.ahead.responses.clear();
                        record.ahead.posted = posted;
                    }
                    record.ahead.responses.insert(key, response);
                }
                // A server that serves one connection after the other does not serve several.
                Err(_) => {
                    self.record().has_error_ahead = true;
                    return;
                }
            }
        }
    }

    /// The number of items whose requests are sent ahead together.
    pub(crate) fn part(&self) -> usize {
        self.jobs * AHEAD
    }

    fn has_error_ahead(&self) -> bool {
        self.record().has_error_ahead
    }

    /// Takes the response to a request that was sent ahead.
    pub(super) fn take_ahead(&self, request: &Request) -> Option<Response> {
        let mut record = self.record();
        if record.ahead.posted != self.client.posted() {
            record.ahead.responses.clear();
            return None;
        }
        record.ahead.responses.remove(&key(request))
    }
}

fn key(request: &Request) -> String {
    format!(
        "{} {} {:?} {:?} {:?}",
        request.method, request.path, request.mode, request.credentials, request.body
    )
}
