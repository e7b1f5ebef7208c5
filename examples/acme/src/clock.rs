//! The company's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use churnkey::http::{HeaderMap, header};
use churnkey::{Mode, Timestamp};

/// The source of the current time. A test supplies its own clock, and so controls when a period
/// ends.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn(Mode) -> Timestamp + Send + Sync>);

impl Clock {
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |_| now()))
    }

    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    pub fn now(&self, mode: Mode) -> Timestamp {
        (self.0)(mode)
    }
}

/// A clock for `churnkey simulate`: the time of test mode is the one that the last request had in
/// the header `X-Churnkey-Now`. Live mode has the system's time. The header is part of the
/// simulation and not of Churnkey's protocol.
#[derive(Clone)]
pub struct RequestClock(Arc<AtomicI64>);

impl RequestClock {
    const SYSTEM: i64 = i64::MIN;

    #[allow(
        clippy::new_without_default,
        reason = "it begins with the system's time"
    )]
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(Self::SYSTEM)))
    }

    pub fn clock(&self) -> Clock {
        let millis = Arc::clone(&self.0);
        Clock(Arc::new(move |mode| {
            let simulated = match mode {
                Mode::Test => millis.load(Ordering::SeqCst),
                Mode::Live => Self::SYSTEM,
            };
            Timestamp::from_unix_millis(simulated).unwrap_or_else(Timestamp::now)
        }))
    }

    /// Takes the time from a request in test mode. Middleware sees requests before they are
    /// authenticated, so this compares the token.
    pub fn follow(&self, headers: &HeaderMap, token: &str) {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let bearer = format!("Bearer {token}");
        let is_test = text("x-churnkey-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("test"));
        if !is_test || text(header::AUTHORIZATION.as_str()) != Some(&bearer) {
            return;
        }
        let now = text("x-churnkey-now").and_then(|now| now.parse::<Timestamp>().ok());
        let millis = now.map_or(Self::SYSTEM, Timestamp::unix_millis);
        self.0.store(millis, Ordering::SeqCst);
    }
}
