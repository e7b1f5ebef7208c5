//! Authentication: checks the integration token and rate-limits failed attempts per peer.

use std::collections::HashMap;
use std::mem::take;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

use super::reply::Reply;
use super::token::TokenHandle;
use super::trusted_proxies::TrustedProxies;
use crate::error::Error;
use crate::events::emit;
use crate::telemetry;

/// Static, so that rejecting an unauthenticated request allocates nothing. Protocol: **doc**.
const UNAUTHORIZED: &[u8] = br#"{"code":401,"message":"Unauthorized"}"#;

pub(crate) struct Authentication {
    token: TokenHandle,
    proxies: TrustedProxies,
    failures: Failures,
}

impl Authentication {
    pub(crate) fn new(
        token: TokenHandle,
        proxies: TrustedProxies,
        failures_per_minute: u32,
    ) -> Self {
        Self {
            token,
            proxies,
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
        let peer = self.proxies.caller(peer(), headers);
        let wait = peer.and_then(|peer| self.failures.count(peer, Instant::now()));
        let refusal = match wait {
            None => {
                let peer = peer.map(tracing::field::display);
                emit(|| tracing::warn!(peer, "refused a request without the integration token"));
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

/// The rate of failures of each peer (the algorithm is known as GCRA).
///
/// No peer is refused because of another: where there are more peers than fit, the earliest are
/// forgotten, and their failures with them.
struct Failures {
    counted: Mutex<Counted>,
    /// The time that one failure costs; `None` is no limit.
    cost: Option<Duration>,
}

/// The moment at which everything counted of a peer is forgiven. Two maps bound the memory: once
/// the recent one is full or a minute old, it replaces the one before.
struct Counted {
    recent: HashMap<IpAddr, Instant>,
    before: HashMap<IpAddr, Instant>,
    since: Instant,
}

/// The most peers in a map, which then takes about 2 MiB.
const PEERS: usize = 32_768;
const MINUTE: Duration = Duration::from_secs(60);

impl Failures {
    fn new(per_minute: u32) -> Self {
        Self {
            counted: Mutex::new(Counted {
                recent: HashMap::new(),
                before: HashMap::new(),
                since: Instant::now(),
            }),
            cost: (per_minute < u32::MAX).then(|| MINUTE / per_minute.max(1)),
        }
    }

    /// Counts a failure. Returns how long to wait if there were too many.
    fn count(&self, peer: IpAddr, now: Instant) -> Option<Duration> {
        let cost = self.cost?;
        let peer = network(peer);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        // Whatever was counted a minute ago is forgiven.
        let is_old = now.saturating_duration_since(counted.since) >= MINUTE;
        if is_old || counted.recent.len() >= PEERS {
            counted.before = take(&mut counted.recent);
            counted.since = now;
        }
        let earlier = counted.recent.get(&peer);
        let earlier = earlier.or_else(|| counted.before.get(&peer)).copied();
        let forgiven = earlier.map_or(now, |earlier| earlier.max(now)) + cost;
        let over = forgiven.saturating_duration_since(now + MINUTE);
        if over.is_zero() {
            counted.recent.insert(peer, forgiven);
            return None;
        }
        Some(over)
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
        let start = Instant::now();
        let (guesser, other) = (ip("192.0.2.1"), ip("192.0.2.2"));
        for attempt in 0..30 {
            assert_eq!(failures.count(guesser, start), None, "attempt {attempt}");
        }
        assert_eq!(failures.count(guesser, start), Some(Duration::from_secs(2)));
        // A refused attempt costs nothing more.
        assert_eq!(failures.count(guesser, start), Some(Duration::from_secs(2)));
        assert_eq!(failures.count(other, start), None);
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

    #[test]
    fn limit_spans_the_change_of_maps() {
        let failures = Failures::new(1);
        let start = Instant::now();
        let guesser = ip("192.0.2.1");
        let late = start + MINUTE - Duration::from_secs(1);
        assert_eq!(failures.count(guesser, late), None);
        let after_the_change = start + MINUTE + Duration::from_secs(1);
        assert!(failures.count(guesser, after_the_change).is_some());
    }

    #[test]
    fn no_peer_is_refused_because_of_others() {
        let failures = Failures::new(1);
        let start = Instant::now();
        for peer in 0..200_000_u32 {
            let peer = IpAddr::V4((0x0a00_0000 + peer).into());
            assert_eq!(failures.count(peer, start), None, "{peer}");
        }
        let counted = failures.counted.lock().expect("no panic before");
        assert!(counted.recent.len() <= PEERS && counted.before.len() <= PEERS);
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
        let (peer, now) = (ip("192.0.2.1"), Instant::now());
        assert!((0..10_000).all(|_| unlimited.count(peer, now).is_none()));
        assert_eq!(none.count(peer, now), None);
        assert!(none.count(peer, now).is_some());
    }
}
