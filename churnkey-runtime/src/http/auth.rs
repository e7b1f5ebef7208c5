//! Authentication: checks the integration token and rate-limits failed attempts per peer.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

use super::reply::Reply;
use super::token::TokenHandle;
use crate::error::Error;
use crate::telemetry;

/// Static, so that rejecting an unauthenticated request allocates nothing. Protocol: **doc**.
const UNAUTHORIZED: &[u8] = br#"{"code":401,"message":"Unauthorized"}"#;

pub(crate) struct Authentication {
    token: TokenHandle,
    failures: Failures,
}

impl Authentication {
    pub(crate) fn new(token: TokenHandle, failures_per_minute: u32) -> Self {
        Self {
            token,
            failures: Failures::new(failures_per_minute),
        }
    }

    /// The refusal of a request that does not have the token: 401, or 429 with `Retry-After`.
    /// Neither reveals anything about the provider.
    ///
    /// The failures of a peer over its limit are no longer logged. The token is accepted even then:
    /// Churnkey may share an address, such as that of a proxy, with an attacker.
    pub(crate) fn refusal(
        &self,
        headers: &HeaderMap,
        peer: impl FnOnce() -> Option<IpAddr>,
    ) -> Option<Reply> {
        if self.token.admits(headers) {
            return None;
        }
        let peer = peer();
        let wait = peer.and_then(|peer| self.failures.count(peer, Instant::now()));
        let refusal = match wait {
            None => {
                let peer = peer.map(tracing::field::display);
                tracing::warn!(peer, "refused a request without the integration token");
                Reply::json(StatusCode::UNAUTHORIZED, Bytes::from_static(UNAUTHORIZED))
            }
            Some(wait) => Error::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
                .retry_after(wait)
                .into(),
        };
        telemetry::refused_token(refusal.status());
        Some(refusal)
    }
}

/// The rate of failures of each peer.
///
/// The number of counters is fixed, so that no number of peers takes more memory. Peers whose
/// hashes collide share one allowance, which affects no request that has the token. Each counter
/// holds the moment at which everything counted so far is forgiven (the algorithm is known as
/// GCRA).
struct Failures {
    /// Seeded at random, so that no peer can aim at the counter of another.
    hasher: RandomState,
    forgiven: Box<[AtomicU64]>,
    began: Instant,
    /// The cost of one failure, in microseconds; `None` is no limit.
    cost: Option<u64>,
}

const COUNTERS: usize = 4096;
const MINUTE: u64 = 60_000_000;

impl Failures {
    fn new(per_minute: u32) -> Self {
        Self {
            hasher: RandomState::new(),
            forgiven: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            began: Instant::now(),
            cost: (per_minute < u32::MAX).then(|| MINUTE / u64::from(per_minute.max(1))),
        }
    }

    /// Counts a failure. Returns how long to wait if there were too many.
    fn count(&self, peer: IpAddr, now: Instant) -> Option<Duration> {
        let cost = self.cost?;
        let counter = self.hasher.hash_one(network(peer)) as usize % COUNTERS;
        let now = u64::try_from(now.duration_since(self.began).as_micros()).unwrap_or(u64::MAX);
        let spend = |forgiven: u64| {
            let after = forgiven.max(now).saturating_add(cost);
            (after - now <= MINUTE).then_some(after)
        };
        let counted =
            self.forgiven[counter].fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend);
        let forgiven = counted.err()?;
        Some(Duration::from_micros(
            forgiven.saturating_add(cost).saturating_sub(now + MINUTE),
        ))
    }
}

/// The unit that is counted: an IPv4 address, or the /64 network that one IPv6 subscriber is given.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & (!0 << 64)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn failures_over_the_limit_return_the_time_to_wait() {
        let failures = Failures::new(30);
        let start = failures.began;
        let (guesser, other) = (ip("192.0.2.1"), ip("192.0.2.2"));
        for attempt in 0..30 {
            assert_eq!(failures.count(guesser, start), None, "attempt {attempt}");
        }
        assert_eq!(failures.count(guesser, start), Some(Duration::from_secs(2)));
        // A refused attempt costs nothing more.
        assert_eq!(failures.count(guesser, start), Some(Duration::from_secs(2)));
        // Each hasher is seeded at random, and two addresses share one of 4096 counters only by
        // chance.
        let unlucky = (0..20)
            .filter(|_| Failures::new(1).collide(guesser, other))
            .count();
        assert!(unlucky < 5);
        let later = start + Duration::from_secs(2);
        assert_eq!(failures.count(guesser, later), None);
        assert_eq!(failures.count(guesser, later), Some(Duration::from_secs(2)));
        let much_later = start + Duration::from_secs(3600);
        for attempt in 0..30 {
            assert_eq!(
                failures.count(guesser, much_later),
                None,
                "attempt {attempt}"
            );
        }
        assert!(failures.count(guesser, much_later).is_some());
    }

    impl Failures {
        fn collide(&self, one: IpAddr, other: IpAddr) -> bool {
            let now = self.began;
            self.count(one, now);
            self.count(other, now).is_some()
        }
    }

    #[test]
    fn an_ipv6_network_counts_as_one_peer() {
        assert_eq!(
            network(ip("2001:db8:1:2:3:4:5:6")),
            network(ip("2001:db8:1:2::1"))
        );
        assert_ne!(
            network(ip("2001:db8:1:2::1")),
            network(ip("2001:db8:1:3::1"))
        );
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
    }

    #[test]
    fn largest_number_is_unlimited_and_zero_counts_as_one() {
        let unlimited = Failures::new(u32::MAX);
        let none = Failures::new(0);
        let peer = ip("192.0.2.1");
        assert!((0..10_000).all(|_| unlimited.count(peer, unlimited.began).is_none()));
        assert_eq!(none.count(peer, none.began), None);
        assert!(none.count(peer, none.began).is_some());
    }
}
