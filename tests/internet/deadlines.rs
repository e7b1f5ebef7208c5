//! The timeouts for slow peers.

use std::time::{Duration, Instant};

use churnkey::Server;

use crate::support::{
    Billing, Host, LARGE, LONG, Peer, SHORT, cancel, cancel_head, cancellation, eventually, get,
    peer_with_small_window,
};

/// A timeout that a test triggers after it has done something else within it. It is long enough for
/// a busy machine.
const AMPLE: Duration = Duration::from_secs(1);

/// Starts a server with long timeouts, except those that a test shortens.
fn with_long_timeouts(shorten: impl FnOnce(Server<Billing>) -> Server<Billing>) -> Host {
    const HOUR: Duration = Duration::from_secs(3600);
    Host::with(
        |provider| provider.body_timeout(HOUR).request_timeout(HOUR),
        |server| {
            shorten(
                server
                    .header_timeout(HOUR)
                    .idle_timeout(HOUR)
                    .write_timeout(HOUR),
            )
        },
    )
}

#[test]
fn silent_connection_is_closed_without_a_response() {
    let host = with_long_timeouts(|server| server.header_timeout(SHORT));
    let opened = Instant::now();
    let mut silent = host.peer();
    silent.is_closed();
    assert!(opened.elapsed() >= SHORT);
}

#[test]
fn incomplete_head_times_out_with_a_408() {
    let host = with_long_timeouts(|server| server.header_timeout(SHORT));
    let request = get("/customers/c");
    let line = request.find("\r\n").unwrap();
    for stop in [
        1,
        5,
        line,
        line + 1,
        line + 2,
        request.len() - 2,
        request.len() - 1,
    ] {
        let mut peer = host.peer();
        peer.send(&request[..stop]);
        let message = peer.reply().refusal(408);
        assert!(message.contains("head"), "{message}");
        peer.is_closed();
    }
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn trickled_head_does_not_extend_its_timeout() {
    let host = with_long_timeouts(|server| server.header_timeout(SHORT));
    let endless = format!(
        "GET /churnkey/features HTTP/1.1\r\nX-Long: {}",
        "a".repeat(1000)
    );
    let mut peer = host.peer();
    let sent = peer.drip(endless, SHORT / 10);
    assert!(sent < 1000);
    peer.reply().refusal(408);
    peer.is_closed();
}

#[test]
fn slow_head_within_the_timeout_is_served() {
    let host = with_long_timeouts(|server| server.header_timeout(LONG));
    let mut peer = host.peer();
    let request = get("/customers/c");
    assert_eq!(peer.drip(&request, Duration::from_millis(1)), request.len());
    assert_eq!(peer.reply().document()["id"], "c");
}

#[test]
fn second_head_timeout_starts_with_its_first_byte() {
    let host = with_long_timeouts(|server| server.header_timeout(AMPLE));
    let mut peer = host.peer();
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
    std::thread::sleep(AMPLE + SHORT);
    peer.is_open();
    assert_eq!(peer.ask(get("/customers/c")).status, 200);
    peer.send("GET /");
    peer.reply().refusal(408);
    peer.is_closed();
}

#[test]
fn pipelined_head_timeout_starts_after_the_reply() {
    let host = with_long_timeouts(|server| server.header_timeout(AMPLE));
    let mut peer = host.peer();
    let second = get("/customers/c");
    peer.send(get("/customers/wait") + &second[..20]);
    eventually("the first request has begun", || host.billing.begun() == 1);
    std::thread::sleep(AMPLE + SHORT);
    peer.is_open();
    host.billing.open_gate();
    assert_eq!(peer.ask(&second[20..]).document()["id"], "wait");
    assert_eq!(peer.reply().document()["id"], "c");
}

#[test]
fn idle_connection_is_closed_after_the_idle_timeout() {
    let host = with_long_timeouts(|server| server.idle_timeout(AMPLE));
    let mut peer = host.peer();
    // In total longer than one idle timeout.
    for _ in 0..4 {
        assert_eq!(peer.ask(get("/customers/c")).status, 200);
        std::thread::sleep(SHORT);
    }
    peer.is_closed();
}

#[test]
fn all_answered_connections_share_the_idle_timeout() {
    let host = with_long_timeouts(|server| server.header_timeout(SHORT));
    let mut peers = Vec::new();
    for (request, status) in [
        ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        ("GET /churnkey/features HTTP/1.1\r\nHost: a\r\n\r\n", 401),
        (&get("/customers/c"), 200),
    ] {
        let mut peer = host.peer();
        let reply = peer.ask(request);
        assert_eq!((reply.status, reply.header("connection")), (status, None));
        peers.push(peer);
    }
    std::thread::sleep(4 * SHORT);
    for peer in &mut peers {
        peer.is_open();
        assert_eq!(peer.ask(get("/customers/c")).status, 200);
    }
}

#[test]
fn default_timeouts_are_at_least_one_second() {
    let host = Host::new();
    let (mut silent, mut half, mut resting, mut body) =
        (host.peer(), host.peer(), host.peer(), host.peer());
    half.send("GET / HTTP/1.1\r\n");
    assert_eq!(resting.ask(get("/customers/c")).status, 200);
    body.send(cancel_head("Content-Length: 100\r\n"));
    std::thread::sleep(Duration::from_millis(1500));
    for peer in [&mut silent, &mut half, &mut resting, &mut body] {
        peer.is_open();
    }
    assert_eq!(resting.ask(get("/customers/c")).status, 200);
}

fn slow_bodies(host: &Host, send: impl Fn(&mut Peer)) {
    let mut peer = host.peer();
    send(&mut peer);
    let reply = peer.reply();
    assert!(
        reply
            .error(408)
            .contains("the body must be sent within 0.3 seconds")
    );
    assert_eq!(reply.header("connection"), Some("close"));
    peer.is_closed();
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn stalled_or_trickled_body_is_a_408() {
    let host = Host::with_provider(|provider| provider.body_timeout(SHORT));
    let body = cancellation("s");
    let head = cancel_head(&format!("Content-Length: {}\r\n", body.len()));
    let chunked = cancel_head("Transfer-Encoding: chunked\r\n");
    let all_but_one = &body[..body.len() - 1];
    slow_bodies(&host, |peer| {
        peer.send(&head);
    });
    slow_bodies(&host, |peer| {
        peer.send(head.clone() + all_but_one);
    });
    slow_bodies(&host, |peer| {
        peer.send(cancel_head("Content-Length: 1000\r\n"));
        assert!(peer.drip([b' '; 1000], SHORT / 10) < 1000);
    });
    slow_bodies(&host, |peer| {
        peer.send(&chunked);
    });
    slow_bodies(&host, |peer| {
        // The document is complete, but the end of the body is missing.
        peer.send(format!("{chunked}{:x}\r\n{body}\r\n", body.len()));
    });
    slow_bodies(&host, |peer| {
        peer.send(&chunked);
        assert!(peer.drip("1\r\n \r\n".repeat(200), SHORT / 10) < 1200);
    });
    slow_bodies(&host, |peer| {
        // A chunk size without an end.
        peer.send(&chunked);
        assert!(peer.drip("0".repeat(1000), SHORT / 10) < 1000);
    });
}

#[test]
fn slow_body_within_the_timeout_is_served() {
    let host = Host::with_provider(|provider| provider.body_timeout(LONG));
    let body = cancellation("s");
    let mut peer = host.peer();
    peer.send(cancel_head(&format!("Content-Length: {}\r\n", body.len())));
    assert_eq!(peer.drip(&body, Duration::from_millis(1)), body.len());
    peer.reply().is_done();
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
}

#[test]
fn disconnect_within_the_body_starts_no_action() {
    let host = Host::new();
    let whole = cancel("s");
    for leave in [Peer::shut_down_writing, |_: &Peer| {}] {
        let mut peer = host.peer();
        peer.send(&whole[..whole.len() - 1]);
        leave(&peer);
    }
    let mut peer = host.peer();
    peer.send(&whole[..whole.len() - 1]);
    peer.shut_down_writing();
    peer.replies()
        .iter()
        .for_each(|reply| drop(reply.error(400)));
    host.still_serves();
    assert_eq!(host.billing.begun(), 1);
}

#[test]
fn caller_that_does_not_read_is_closed() {
    let host = with_long_timeouts(|server| server.write_timeout(SHORT));
    let mut peer = peer_with_small_window(host.address);
    peer.send(get("/customers/large"));
    peer.waits_for_data();
    std::thread::sleep(4 * SHORT);
    assert!(peer.skip(2 * LARGE) < LARGE);
    host.still_serves();
}

#[test]
fn slow_reading_does_not_extend_the_write_timeout() {
    let host = with_long_timeouts(|server| server.write_timeout(SHORT));
    let mut peer = peer_with_small_window(host.address);
    peer.send(get("/customers/large"));
    peer.waits_for_data();
    let begun = Instant::now();
    let mut read = 0;
    // Each read is large enough to open the window, and far too small to reach the end.
    while begun.elapsed() < 8 * SHORT {
        read += peer.skip(64 << 10);
        std::thread::sleep(SHORT / 5);
    }
    read += peer.skip(2 * LARGE);
    assert!(read < LARGE, "the whole response was sent");
}

#[test]
fn large_response_is_delivered_completely() {
    let host = with_long_timeouts(|server| server.write_timeout(LONG));
    let mut peer = host.peer();
    let reply = peer.ask(get("/customers/large"));
    assert!(reply.body.len() > LARGE);
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
}
