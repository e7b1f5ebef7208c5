//! Who is let in, and what the others are told.

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

/// A host, and the handle of its token.
fn with_handle() -> (Host, TokenHandle) {
    let mut handle = None;
    let host = Host::with_provider(|provider: Provider<Billing>| {
        handle = Some(provider.token_handle());
        provider
    });
    (host, handle.unwrap())
}

#[test]
fn the_previous_token_passes_until_its_moment_comes() {
    let (host, handle) = with_handle();
    let moment = in_seconds(2);
    handle.replace(IntegrationToken::new("new").with_previous("old", moment));
    let mut peer = host.peer();
    assert_eq!(peer.ask(with_token("new")).status, 200);
    let reply = peer.ask(with_token("old"));
    // A machine that took two seconds for the above has nothing to say.
    assert!(reply.status == 200 || Timestamp::now() >= moment);
    eventually("its moment comes", || {
        peer.ask(with_token("old")).status == 401
    });
    assert!(Timestamp::now() >= moment);
    assert_eq!(peer.ask(with_token("new")).status, 200);
    assert_eq!(peer.ask(with_token(TOKEN)).status, 401);
}

#[test]
fn replacing_the_token_fails_no_request_whose_token_passes_before_and_after() {
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
fn a_token_that_is_replaced_cuts_no_request_short() {
    let (host, handle) = with_handle();
    let mut peer = host.peer();
    peer.send(cancel("wait"));
    eventually("it has begun", || host.billing.begun() == 1);
    handle.replace("another");
    host.billing.open_gate();
    peer.reply().is_done();
    assert_eq!(peer.ask(get("/customers/c")).status, 401);
}

#[test]
fn an_empty_token_admits_nobody() {
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

/// Everything of an answer but its date and whether its connection goes on.
fn told(reply: &Reply) -> String {
    let headers: Vec<_> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["date", "connection"].contains(&name.as_str()))
        .collect();
    format!("{} {headers:?} {}", reply.status, reply.text())
}

/// Requests without the token, of all sorts.
fn strangers() -> Vec<String> {
    let mut requests = Vec::new();
    for path in [
        "",
        "/",
        "/features",
        "/nothing",
        "/customers",
        "/customers/c",
        "/customers/nobody",
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
fn nothing_is_told_to_those_without_the_token() {
    let host = Host::new();
    let first = told(&host.ask(&strangers()[0]));
    let expected = r#"{"code":401,"message":"Unauthorized"}"#;
    assert!(
        first.starts_with("401 ") && first.ends_with(expected),
        "{first}"
    );
    let mut peer = host.peer();
    for request in strangers() {
        let reply = peer.ask(&request);
        reply.has_no_headers_but(&[]);
        assert_eq!(told(&reply), first, "{request}");
        if reply.header("connection").is_some() || request.contains("Content-Length") {
            peer = host.peer();
        }
    }
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn those_who_fail_too_often_are_told_to_wait_and_nothing_else() {
    let host = Host::with_provider(|provider| provider.max_failures_per_minute(10));
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(host.ask(with_token("other")).status);
    }
    // One is forgiven every six seconds.
    assert_eq!(statuses[..10], [401; 10]);
    assert!(statuses.contains(&429), "{statuses:?}");

    let expected = r#"{"code":429,"message":"Too Many Requests"}"#;
    let mut refused = 0;
    for request in strangers() {
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
fn the_token_passes_however_often_others_at_the_same_address_fail() {
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
fn no_limit_is_no_limit_and_by_default_it_is_sixty() {
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
    // One a second is forgiven, should the machine be that slow.
    assert!((1..=20).contains(&limited(None)));
}

#[cfg(target_os = "linux")]
#[test]
fn other_addresses_are_not_affected() {
    let host = Host::with_provider(|provider| provider.max_failures_per_minute(1));
    let ask_from = |last: u8| {
        let source = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
        peer_from(source, host.address)
            .ask(with_token("other"))
            .status
    };
    let guess = || (0..3).map(|_| ask_from(2)).next_back() == Some(429);
    eventually("the guesser is limited", guess);
    // Two of forty addresses may share one of 4096 counters by chance, and not many.
    let affected = (3..43).filter(|last| ask_from(*last) == 429).count();
    assert!(affected < 5, "{affected} of 40");
    eventually("the guesser is still limited", guess);
}
