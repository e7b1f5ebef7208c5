//! `/healthz` and `/readyz`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use churnkey::Error;
use tokio::sync::Semaphore;

use crate::support::{Host, LONG, Peer, eventually, get};

fn ask(path: &str) -> String {
    request("GET", path)
}

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

#[test]
fn health_and_readiness_need_no_token_and_tell_nothing_else() {
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
fn other_methods_and_paths_beside_them_are_refused_in_the_error_shape() {
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
fn a_provider_that_cannot_serve_is_not_ready_and_lives() {
    let ready = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&ready);
    let host = Host::with_server(|server| {
        server.ready(move |_| {
            let ready = asked.load(Ordering::SeqCst);
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
    // Requests are not held back: the function knows best what it can do.
    host.still_serves();
    ready.store(true, Ordering::SeqCst);
    eventually("it is ready", || host.ask(ask("/readyz")).status == 200);
}

#[test]
fn readiness_is_what_the_context_says() {
    let host = Host::with_server(|server| {
        server.ready(async |billing| match billing.begun() {
            0 => Err(Error::unavailable(Duration::from_secs(1))),
            _ => Ok(()),
        })
    });
    host.ask(ask("/readyz")).error(503);
    host.still_serves();
    eventually("it is ready", || host.ask(ask("/readyz")).status == 200);
}

#[test]
fn a_readiness_check_that_panics_is_not_ready_and_is_asked_again() {
    for in_the_future in [false, true] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let host = Host::with_server(|server| {
            server.ready(move |_| {
                let first = count.fetch_add(1, Ordering::SeqCst) == 0;
                assert!(in_the_future || !first, "as told");
                async move {
                    assert!(!first, "as told");
                    Ok(())
                }
            })
        });
        host.ask(ask("/readyz")).error(503);
        eventually("it is ready", || host.ask(ask("/readyz")).status == 200);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}

/// A check that counts how often it was asked and waits to be let through, and a host that has it.
fn slow_check() -> (Host, Arc<AtomicUsize>, Arc<Semaphore>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(Semaphore::new(0));
    let (count, door) = (Arc::clone(&asked), Arc::clone(&gate));
    let host = Host::with_server(|server| {
        server
            .max_connections(2000)
            .header_timeout(LONG)
            .ready(move |_| {
                count.fetch_add(1, Ordering::SeqCst);
                let door = Arc::clone(&door);
                async move {
                    door.acquire().await?.forget();
                    Ok(())
                }
            })
    });
    (host, asked, gate)
}

/// How often a check may have been asked since then, at once a second.
fn most(since: Instant) -> usize {
    usize::try_from(since.elapsed().as_secs()).unwrap() + 1
}

#[test]
fn a_thousand_who_ask_whether_it_is_ready_ask_the_context_once() {
    let (host, asked, gate) = slow_check();
    let begun = Instant::now();
    let mut peers: Vec<_> = (0..1000).map(|_| host.peer()).collect();
    for peer in &mut peers {
        peer.send(ask("/readyz"));
    }
    eventually("it is asked", || asked.load(Ordering::SeqCst) == 1);
    gate.add_permits(1000);
    for peer in &mut peers {
        assert_eq!(peer.reply().status, 200);
    }
    for peer in &mut peers {
        assert_eq!(peer.ask(ask("/readyz")).status, 200);
    }
    let times = asked.load(Ordering::SeqCst);
    assert!(times <= most(begun), "{times} times");
}

#[test]
fn those_who_ask_and_hang_up_do_not_make_it_ask_more_often() {
    let (host, asked, gate) = slow_check();
    let begun = Instant::now();
    for _ in 0..50 {
        let mut peer = host.peer();
        peer.send(ask("/readyz"));
        std::thread::sleep(Duration::from_millis(5));
        drop(peer);
    }
    let times = asked.load(Ordering::SeqCst);
    assert!((1..=most(begun)).contains(&times), "{times} times");
    gate.add_permits(1000);
    assert_eq!(host.ask(ask("/readyz")).status, 200);
}

#[test]
fn a_check_that_takes_too_long_is_not_ready_and_holds_up_nothing_else() {
    let (host, asked, gate) = slow_check();
    let mut waiting = host.peer();
    waiting.send(ask("/readyz"));
    eventually("it is asked", || asked.load(Ordering::SeqCst) == 1);
    assert_eq!(host.ask(ask("/healthz")).status, 200);
    host.still_serves();
    waiting.reply().error(503);
    gate.add_permits(1000);
    eventually("it is ready", || host.ask(ask("/readyz")).status == 200);
}

#[test]
fn they_are_there_on_the_connection_of_a_caller_too() {
    let host = Host::new();
    let mut peer = Peer::open(host.address);
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
    assert_eq!(peer.ask(ask("/healthz")).status, 200);
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
}
