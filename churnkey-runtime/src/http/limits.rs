//! The bounds of a request.

use std::time::Duration;

/// The limits of a provider, which [`Provider`](crate::Provider) documents and sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) page_items: u32,
    pub(crate) body_bytes: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) action_deadline: Option<Duration>,
    pub(crate) failures_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Assumed.
            page_items: 100,
            // The largest body of the protocol is well under a kilobyte.
            body_bytes: 64 * 1024,
            // It fits into one packet, so a connection that works needs much less.
            body_timeout: Duration::from_secs(10),
            // Churnkey publishes no timeout of its own. A customer waits for the reply.
            request_timeout: Duration::from_secs(30),
            // An action that is cut may be half done, so only the user of the crate can decide.
            action_deadline: None,
            // Enough for a person who tries several tokens by hand.
            failures_per_minute: 60,
        }
    }
}
