//! The response time gives no information to unauthenticated requests.
//!
//! The test compares pairs of requests of equal length, of which one is closer to an existing path
//! or a valid token. It sends both alternately, and one of them twice as often. The difference
//! between its two halves is the noise of this machine.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use churnkey::{IntegrationToken, Provider, Server};
use tokio::net::TcpListener;

use crate::support::{Billing, Peer, TOKEN};

struct Pair {
    name: &'static str,
    near: String,
    far: String,
}

fn request(path: &str, lines: &str) -> String {
    format!("GET /churnkey{path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n")
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

const EXPIRED: &str = "expired-token";

fn pairs() -> Vec<Pair> {
    let wrong = bearer(&"x".repeat(TOKEN.len()));
    let pair = |name, near, far| Pair { name, near, far };
    let half = &TOKEN[..TOKEN.len() / 2];
    let last = &TOKEN[..TOKEN.len() - 1];
    let (near_end, near_start) = (format!("{last}x"), format!("x{}", &TOKEN[1..]));
    let tokens = |near: &str, far: &str| {
        (
            request("/features", &bearer(near)),
            request("/features", &bearer(far)),
        )
    };
    let (differs_last, differs_first) = tokens(&near_end, &near_start);
    let (prefix, no_prefix) = tokens(half, &"x".repeat(half.len()));
    let (expired, never) = tokens(EXPIRED, &"x".repeat(EXPIRED.len()));
    vec![
        pair(
            "a known path",
            request("/features", &wrong),
            request("/featurez", &wrong),
        ),
        pair(
            "a known path, no token",
            request("/features", ""),
            request("/featurez", ""),
        ),
        pair(
            "a known path, an empty token",
            request("/features", &bearer("")),
            request("/featurez", &bearer("")),
        ),
        pair(
            "an operation that there is",
            request("/prices", &wrong),
            request("/pricez", &wrong),
        ),
        pair(
            "an operation that there could be",
            request("/coupons", &wrong),
            request("/couponz", &wrong),
        ),
        pair(
            "a path with an id",
            request("/customers/email/abc", &wrong),
            request("/customerz/email/abc", &wrong),
        ),
        pair(
            "a mode",
            request("/prices", &format!("{wrong}X-Churnkey-Mode: test\r\n")),
            request("/prices", &format!("{wrong}X-Churnkey-Mode: tesu\r\n")),
        ),
        pair("a token that differs late", differs_last, differs_first),
        pair("a part of the token", prefix, no_prefix),
        pair("a token that has ended", expired, never),
    ]
}

/// Starts a server on a separate thread, so that requests of other tests do not delay these.
fn isolated_server() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let token = IntegrationToken::new(TOKEN)
            .with_previous(EXPIRED, "2001-01-01T00:00:00Z".parse().unwrap());
        let provider = Provider::new(Billing::default(), token).max_failures_per_minute(u32::MAX);
        runtime.block_on(async move {
            Server::new(provider)
                .run_on(TcpListener::from_std(listener).unwrap())
                .await
        })
    });
    address
}

const SAMPLES: usize = 400;
const ROUNDS: usize = 12;

/// A difference may exceed the noise by this factor.
const FACTOR: f64 = 4.0;
/// A smaller difference, in nanoseconds, cannot be measured from another machine.
const UNMEASURABLE: f64 = 2_000.0;

/// Returns for each pair the additional time of the near request, relative to the noise. A value
/// beyond 1 is measurable.
fn round(peer: &mut Peer, pairs: &[Pair]) -> Vec<f64> {
    let mut times = vec![[const { Vec::new() }; 3]; pairs.len()];
    for sample in 0..SAMPLES {
        for (pair, times) in pairs.iter().zip(&mut times) {
            for turn in 0..3 {
                // The rotation removes the effect of the order.
                let which = (turn + sample) % 3;
                let request = if which == 0 { &pair.near } else { &pair.far };
                let started = Instant::now();
                let reply = peer.ask(request);
                times[which].push(started.elapsed());
                assert_eq!(reply.status, 401);
            }
        }
    }
    let typical: Vec<[f64; 3]> = times
        .into_iter()
        .map(|three| three.map(undisturbed_mean))
        .collect();
    let noise = typical
        .iter()
        .map(|[_, one, other]| (one - other).abs())
        .fold(0.0, f64::max);
    typical
        .iter()
        .map(|[near, one, other]| (near - (one + other) / 2.0) / (FACTOR * noise).max(UNMEASURABLE))
        .collect()
}

/// Returns the time of an undisturbed reply, in nanoseconds: disturbances only make replies slower,
/// so the fast ones are averaged.
fn undisturbed_mean(mut times: Vec<Duration>) -> f64 {
    times.sort();
    let (from, to) = (times.len() / 20, times.len() / 4);
    let sum: Duration = times[from..to].iter().sum();
    sum.as_nanos() as f64 / (to - from) as f64
}

#[test]
fn response_time_discloses_nothing_without_the_token() {
    let mut pairs = pairs();
    let mut peer = Peer::open(isolated_server());
    // A real difference occurs in each round and has the same sign. A difference that is caused by
    // a busy machine does not.
    let mut suspicious = vec![0.0; pairs.len()];
    for number in 0..ROUNDS {
        let found = round(&mut peer, &pairs);
        let mut still = Vec::new();
        for ((pair, found), before) in pairs.into_iter().zip(found).zip(suspicious) {
            if found.abs() > 1.0 && (number == 0 || found * before > 0.0) {
                still.push((pair, found));
            }
        }
        (pairs, suspicious) = still.into_iter().unzip();
        if pairs.is_empty() {
            return;
        }
    }
    let name: Vec<_> = pairs.iter().map(|pair| pair.name).zip(suspicious).collect();
    panic!("in each of {ROUNDS} rounds these pairs differed: {name:?}");
}
