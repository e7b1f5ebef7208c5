//! Authentication: token rotation, and the rate limit on failed attempts.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use churnkey::{IntegrationToken, Provider, Timestamp, TokenHandle};

use crate::support::{Billing, Host, Reply, TOKEN, cancel, eventually, get, peer_from};

fn with_token(token: &str) -> String {
    get("/customers/c").replacen(TOKEN, token, 1)
}

fn in_seconds(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(Timestamp::now().unix_millis() + seconds * 1000).unwrap()
}

/// Returns a host and the handle of its token.
fn with_handle() -> (Host, TokenHandle) {
    let mut handle = None;
    let host = Host::with_provider(|provider: Provider<Billing>| {
        handle = Some(provider.token_handle());
        provider
    });
    (host, handle.unwrap())
}

#[test]
fn previous_token_is_accepted_until_it_expires() {
    let (host, handle) = with_handle();
    let moment = in_seconds(2);
    handle.replace(IntegrationToken::new("new").with_previous("old", moment));
    let mut peer = host.peer();
    assert_eq!(peer.ask(with_token("new")).status, 200);
    let reply = peer.ask(with_token("old"));
    // On a slow machine the token may have expired already, so nothing can be asserted.
    assert!(reply.status == 200 || Timestamp::now() >= moment);
    eventually("the previous token expires", || {
        peer.ask(with_token("old")).status == 401
    });
    assert!(Timestamp::now() >= moment);
    assert_eq!(peer.ask(with_token("new")).status, 200);
    assert_eq!(peer.ask(with_token(TOKEN)).status, 401);
}

#[test]
fn token_replacement_rejects_no_valid_request() {
    let (host, handle) = with_handle();
    let later = in_seconds(3600);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut peer = host.peer();
                    let mut served = 0;
                    while !done.load(Ordering::SeqCst) || served < 100 {
                        assert_eq!(peer.ask(get("/customers/c")).status, 200);
                        served += 1;
                    }
                })
            })
            .collect();
        for round in 0..1000 {
            let next = format!("token-{round}");
            handle.replace(IntegrationToken::new(&next).with_previous(TOKEN, later));
            handle.replace(IntegrationToken::new(TOKEN).with_previous(&next, later));
        }
        done.store(true, Ordering::SeqCst);
        for caller in callers {
            caller.join().unwrap();
        }
    });
    handle.replace("another");
    assert_eq!(host.ask(get("/customers/c")).status, 401);
    assert_eq!(host.ask(with_token("another")).status, 200);
}

#[test]
fn token_replacement_does_not_interrupt_requests() {
    let (host, handle) = with_handle();
    let mut peer = host.peer();
    peer.send(cancel("wait"));
    eventually("the request has begun", || host.billing.begun() == 1);
    handle.replace("another");
    host.billing.open_gate();
    peer.reply().is_done();
    assert_eq!(peer.ask(get("/customers/c")).status, 401);
}

#[test]
fn empty_token_authenticates_no_request() {
    let (host, handle) = with_handle();
    for empty in ["", " ", "\t\n"] {
        handle.replace(IntegrationToken::new(empty).with_previous(empty, in_seconds(3600)));
        for line in [
            "",
            "Authorization:\r\n",
            "Authorization: \r\n",
            "Authorization: Bearer\r\n",
            "Authorization: Bearer \r\n",
            "Authorization: Bearer  \t\r\n",
            "Authorization: Bearer undefined\r\n",
        ] {
            let request = get("/customers/c").replacen(
                &format!("Authorization: Bearer {TOKEN}\r\n"),
                line,
                1,
            );
            assert_eq!(host.ask(request).error(401), "Unauthorized");
        }
    }
    assert_eq!(host.billing.begun(), 0);
}

/// Returns everything in a reply except its date and its `Connection` header.
fn without_date(reply: &Reply) -> String {
    let headers: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["date", "connection"].contains(&name.as_str()))
        .collect();
    format!("{} {headers:?} {}", reply.status, reply.text())
}

/// Returns requests of all kinds without the token.
fn unauthenticated_requests() -> Vec<String> {
    let mut requests = Vec::new();
    for path in [
        "",
        "/",
        "/features",
        "/nothing",
        "/customers",
        "/customers/c",
        "/customers/missing",
        "/customers/panic",
        "/customers/%zz",
        "/customers/%ff",
        "/customers/email/a@b",
        "/customers/c/subscriptions/s",
        "/prices",
        "/prices?limit=0",
        "/coupons",
        "/actions/subscription/cancel",
        "/actions/subscription/pause",
    ] {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
            for lines in [
                "",
                "Authorization: Bearer other\r\n",
                "Authorization: Bearer tok_5Zx1-secreu\r\n",
                "X-Churnkey-Mode: test\r\n",
                "X-Churnkey-Mode: nonsense\r\n",
                "X-Request-Id: mine\r\n",
                "Accept: text/html\r\n",
                "Content-Type: text/plain\r\nContent-Length: 1\r\n",
                "Content-Length: 1000000000\r\n",
            ] {
                requests.push(format!(
                    "{method} /churnkey{path} HTTP/1.1\r\nHost: a\r\n{lines}\r\n"
                ));
            }
        }
    }
    requests
}

#[test]
fn unauthenticated_reply_discloses_nothing() {
    let host = Host::new();
    let first = without_date(&host.ask(&unauthenticated_requests()[0]));
    let expected = r#"{"code":401,"message":"Unauthorized"}"#;
    assert!(
        first.starts_with("401 ") && first.ends_with(expected),
        "{first}"
    );
    let mut peer = host.peer();
    for request in unauthenticated_requests() {
        let reply = peer.ask(&request);
        reply.has_no_headers_but(&[]);
        assert_eq!(without_date(&reply), first, "{request}");
        if reply.header("connection").is_some() || request.contains("Content-Length") {
            peer = host.peer();
        }
    }
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn too_many_failures_are_a_429() {
    let host = Host::with_provider(|provider| provider.max_failures_per_minute(10));
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(host.ask(with_token("other")).status);
    }
    // One failure is forgiven every six seconds.
    assert_eq!(statuses[..10], [401; 10]);
    assert!(statuses.contains(&429), "{statuses:?}");

    let expected = r#"{"code":429,"message":"Too Many Requests"}"#;
    let mut refused = 0;
    for request in unauthenticated_requests() {
        let mut peer = host.peer();
        let reply = peer.ask(&request);
        if reply.status == 401 {
            continue;
        }
        reply.refusal(429);
        assert!(reply.retry_after() <= 6);
        assert_eq!(reply.text(), expected);
        peer.is_closed();
        refused += 1;
    }
    assert!(refused > 100, "{refused}");
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn valid_token_is_accepted_despite_failures_from_its_address() {
    let host = Host::with_provider(|provider| provider.max_failures_per_minute(1));
    let mut peer = host.peer();
    for _ in 0..100 {
        host.ask(with_token("other"));
        assert_eq!(peer.ask(get("/customers/c")).status, 200);
        host.still_serves();
    }
    assert_eq!(host.ask(with_token("other")).status, 429);
}

#[test]
fn default_limit_is_sixty_and_can_be_disabled() {
    let limited = |failures: Option<u32>| {
        let host = Host::with_provider(|provider| match failures {
            Some(failures) => provider.max_failures_per_minute(failures),
            None => Provider::new(Arc::new(Billing::default()), TOKEN),
        });
        let statuses: Vec<_> = (0..80)
            .map(|_| host.ask(with_token("other")).status)
            .collect();
        statuses.iter().filter(|status| **status == 429).count()
    };
    assert_eq!(limited(Some(u32::MAX)), 0);
    // One failure is forgiven every second, which matters on a slow machine.
    assert!((1..=20).contains(&limited(None)));
}

#[cfg(target_os = "linux")]
#[test]
fn failures_do_not_affect_other_addresses() {
    let host = Host::with_provider(|provider| provider.max_failures_per_minute(1));
    let ask_from = |last: u8| {
        let source = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        peer_from(source, host.address)
            .ask(with_token("other"))
            .status
    };
    let guess = || (0..3).map(|_| ask_from(2)).next_back() == Some(429);
    eventually("the guesser is limited", guess);
    let affected = (3..203).filter(|last| ask_from(*last) == 429).count();
    assert_eq!(affected, 0);
    eventually("the guesser is still limited", guess);
}

/// Sends the header to a server that limits each caller to one failure. Returns the statuses.
fn statuses_of(proxies: Option<&str>, callers: &[&str]) -> Vec<u16> {
    let host = Host::with_provider(|provider| {
        let provider = provider.max_failures_per_minute(1);
        match proxies {
            Some(proxies) => provider.trusted_proxies(proxies.parse().unwrap()),
            None => provider,
        }
    });
    let ask = |caller: &&str| {
        let line = format!("\r\nX-Forwarded-For: {caller}\r\n\r\n");
        let request = with_token("other").replacen("\r\n\r\n", &line, 1);
        host.ask(request).status
    };
    callers.iter().map(ask).collect()
}

#[test]
fn callers_behind_a_trusted_proxy_are_limited_separately() {
    let callers = [
        "203.0.113.1",
        "203.0.113.2",
        "198.51.100.9, 203.0.113.1",
        "203.0.113.3, 127.0.0.7",
        "203.0.113.3",
        "2001:db8:1:2::1",
        "2001:db8:1:2::2",
    ];
    let trusting = [401, 401, 429, 401, 429, 401, 429];
    assert_eq!(statuses_of(Some("127.0.0.0/8"), &callers), trusting);
    let one_peer = [401, 429, 429, 429, 429, 429, 429];
    assert_eq!(statuses_of(None, &callers), one_peer);
    assert_eq!(statuses_of(Some("192.0.2.1"), &callers), one_peer);
}
