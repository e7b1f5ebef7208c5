//! `/healthz` and `/readyz`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use churnkey::{Error, Provider, ResultExt as _};
use tokio::sync::Semaphore;

use crate::support::{Billing, Host, LONG, Peer, cancel, eventually, get};

fn ask(path: &str) -> String {
    request("GET", path)
}

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

#[test]
fn health_and_readiness_need_no_token() {
    let host = Host::new();
    for (path, body) in [
        ("/healthz", r#"{"status":"ok"}"#),
        ("/readyz", r#"{"status":"ready"}"#),
    ] {
        let mut peer = host.peer();
        for lines in [
            "",
            "Authorization: Bearer other\r\n",
            "X-Churnkey-Mode: nonsense\r\n",
        ] {
            let reply = peer.ask(ask(path).replacen("\r\n\r\n", &format!("\r\n{lines}\r\n"), 1));
            assert_eq!((reply.status, reply.text().as_str()), (200, body));
            reply.has_no_headers_but(&[]);
        }
        assert_eq!(peer.ask(ask(&format!("{path}?verbose"))).text(), body);
        peer.send(request("HEAD", path));
        let head = peer.head_reply();
        assert_eq!(
            (head.status, head.header("content-length")),
            (200, Some(body.len().to_string().as_str()))
        );
        assert_eq!(peer.ask(ask(path)).text(), body);
    }
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn exhausted_limit_of_actions_is_not_ready() {
    let limits: [fn(Provider<Billing>) -> Provider<Billing>; 2] = [
        |provider| provider.max_action_callers(1),
        |provider| provider.max_actions(1),
    ];
    for limit in limits {
        let host = Host::with_provider(limit);
        let mut action = host.peer();
        action.send(cancel("wait"));
        eventually("the action has begun", || host.billing.begun() == 1);
        let mut peer = host.peer();
        assert_eq!(peer.ask(ask("/readyz")).error(503), "Service Unavailable");
        assert_eq!(peer.ask(ask("/healthz")).status, 200);
        assert_eq!(host.ask(get("/customers/ada")).status, 200);
        host.billing.open_gate();
        assert_eq!(action.reply().status, 200);
        eventually("it is ready", || peer.ask(ask("/readyz")).status == 200);
    }
}

#[test]
fn other_health_methods_and_paths_are_rejected() {
    let host = Host::new();
    let mut peer = host.peer();
    for path in ["/healthz", "/readyz"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let reply = peer.ask(request(method, path));
            assert_eq!(reply.error(405), "Method Not Allowed");
            reply.has_no_headers_but(&["allow"]);
        }
        for path in [
            format!("{path}/"),
            format!("{path}/x"),
            format!("/{path}"),
            path.to_uppercase(),
        ] {
            peer.ask(ask(&path)).error(404);
        }
    }
}

#[test]
fn unready_provider_is_live() {
    let ready = Arc::new(AtomicBool::new(false));
    let checks = Arc::clone(&ready);
    let host = Host::with_server(|server| {
        server.ready(move |_| {
            let ready = checks.load(Ordering::SeqCst);
            async move {
                if ready {
                    Ok(())
                } else {
                    Err(Error::conflict("the secret database is away"))
                }
            }
        })
    });
    let mut peer = host.peer();
    let reply = peer.ask(ask("/readyz"));
    assert_eq!(reply.error(503), "Service Unavailable");
    reply.retry_after();
    reply.has_no_headers_but(&["retry-after"]);
    assert_eq!(peer.ask(ask("/healthz")).status, 200);
    // Requests are still processed, because each function decides whether it can succeed.
    host.still_serves();
    ready.store(true, Ordering::SeqCst);
    eventually("the provider is ready", || {
        host.ask(ask("/readyz")).status == 200
    });
}

#[test]
fn readiness_is_the_result_of_the_context() {
    let host = Host::with_server(|server| {
        server.ready(async |billing| match billing.begun() {
            0 => Err(Error::unavailable(Duration::from_secs(1))),
            _ => Ok(()),
        })
    });
    host.ask(ask("/readyz")).error(503);
    host.still_serves();
    eventually("the provider is ready", || {
        host.ask(ask("/readyz")).status == 200
    });
}

#[test]
fn panicking_readiness_check_is_unready_and_retried() {
    for in_the_future in [false, true] {
        let checks = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&checks);
        let host = Host::with_server(|server| {
            server.ready(move |_| {
                let first = count.fetch_add(1, Ordering::SeqCst) == 0;
                assert!(in_the_future || !first, "test panic");
                async move {
                    assert!(!first, "test panic");
                    Ok(())
                }
            })
        });
        host.ask(ask("/readyz")).error(503);
        eventually("the provider is ready", || {
            host.ask(ask("/readyz")).status == 200
        });
        assert_eq!(checks.load(Ordering::SeqCst), 2);
    }
}

/// Returns a host with a readiness check that waits for a permit, and the counter of its calls.
fn slow_check() -> (Host, Arc<AtomicUsize>, Arc<Semaphore>) {
    let checks = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Semaphore::new(0));
    let (count, door) = (Arc::clone(&checks), Arc::clone(&gate));
    let host = Host::with_server(|server| {
        server
            .max_connections(2000)
            .header_timeout(LONG)
            .ready(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
                let door = Arc::clone(&door);
                async move {
                    door.acquire().await.or_internal()?.forget();
                    Ok(())
                }
            })
    });
    (host, checks, gate)
}

/// Returns the maximum number of checks since then, at one per second.
fn max_checks(since: Instant) -> usize {
    usize::try_from(since.elapsed().as_secs()).unwrap() + 1
}

#[test]
fn concurrent_readiness_probes_share_one_check() {
    let (host, checks, gate) = slow_check();
    let begun = Instant::now();
    let mut peers: Vec<_> = (0..1000).map(|_| host.peer()).collect();
    for peer in &mut peers {
        peer.send(ask("/readyz"));
    }
    eventually("the check is called", || checks.load(Ordering::SeqCst) == 1);
    gate.add_permits(1000);
    for peer in &mut peers {
        assert_eq!(peer.reply().status, 200);
    }
    for peer in &mut peers {
        assert_eq!(peer.ask(ask("/readyz")).status, 200);
    }
    let times = checks.load(Ordering::SeqCst);
    assert!(times <= max_checks(begun), "{times} times");
}

#[test]
fn disconnected_probes_do_not_add_checks() {
    let (host, checks, gate) = slow_check();
    let begun = Instant::now();
    for _ in 0..50 {
        let mut peer = host.peer();
        peer.send(ask("/readyz"));
        std::thread::sleep(Duration::from_millis(5));
        drop(peer);
    }
    let times = checks.load(Ordering::SeqCst);
    assert!((1..=max_checks(begun)).contains(&times), "{times} times");
    gate.add_permits(1000);
    assert_eq!(host.ask(ask("/readyz")).status, 200);
}

#[test]
fn slow_readiness_check_is_unready_and_blocks_nothing() {
    let (host, checks, gate) = slow_check();
    let mut waiting = host.peer();
    waiting.send(ask("/readyz"));
    eventually("the check is called", || checks.load(Ordering::SeqCst) == 1);
    assert_eq!(host.ask(ask("/healthz")).status, 200);
    host.still_serves();
    waiting.reply().error(503);
    gate.add_permits(1000);
    eventually("the provider is ready", || {
        host.ask(ask("/readyz")).status == 200
    });
}

#[test]
fn health_works_on_an_authenticated_connection() {
    let host = Host::new();
    let mut peer = Peer::open(host.address);
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
    assert_eq!(peer.ask(ask("/healthz")).status, 200);
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
}
