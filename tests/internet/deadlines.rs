//! What a peer may be slow at, and for how long.

use std::time::{Duration, Instant};

use churnkey::Server;

use crate::support::{
    Billing, Host, LARGE, LONG, Peer, SHORT, cancel, cancel_head, cancellation, eventually, get,
    peer_with_small_window,
};

/// A limit that a test runs into, and within which it does something first: that much a busy machine cannot use up.
const AMPLE: Duration = Duration::from_secs(1);

/// A server on which nothing ends by itself except what a test shortens.
fn patient(shorten: impl FnOnce(Server<Billing>) -> Server<Billing>) -> Host {
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
fn a_silent_stranger_is_closed_without_a_word() {
    let host = patient(|server| server.header_timeout(SHORT));
    let opened = Instant::now();
    let mut silent = host.peer();
    silent.is_closed();
    assert!(opened.elapsed() >= SHORT);
}

#[test]
fn whoever_stops_in_the_middle_of_a_head_is_told_so_and_closed() {
    let host = patient(|server| server.header_timeout(SHORT));
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
fn a_byte_now_and_then_does_not_put_off_the_end_of_a_head() {
    let host = patient(|server| server.header_timeout(SHORT));
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
fn a_head_that_is_slow_and_comes_in_time_is_served() {
    let host = patient(|server| server.header_timeout(LONG));
    let mut peer = host.peer();
    let request = get("/customers/c");
    assert_eq!(peer.drip(&request, Duration::from_millis(1)), request.len());
    assert_eq!(peer.reply().document()["id"], "c");
}

#[test]
fn the_deadline_of_a_second_head_begins_with_its_first_byte() {
    let host = patient(|server| server.header_timeout(AMPLE));
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
fn a_head_sent_while_another_request_is_answered_has_its_time_from_the_answer_on() {
    let host = patient(|server| server.header_timeout(AMPLE));
    let mut peer = host.peer();
    let second = get("/customers/c");
    peer.send(get("/customers/wait") + &second[..20]);
    eventually("the first has begun", || host.billing.begun() == 1);
    std::thread::sleep(AMPLE + SHORT);
    peer.is_open();
    host.billing.open_gate();
    assert_eq!(peer.ask(&second[20..]).document()["id"], "wait");
    assert_eq!(peer.reply().document()["id"], "c");
}

#[test]
fn a_caller_may_rest_between_requests_for_the_idle_time_and_is_then_closed() {
    let host = patient(|server| server.idle_timeout(AMPLE));
    let mut peer = host.peer();
    // Longer in all than one rest may be.
    for _ in 0..4 {
        assert_eq!(peer.ask(get("/customers/c")).status, 200);
        std::thread::sleep(SHORT);
    }
    peer.is_closed();
}

#[test]
fn every_answered_connection_has_the_same_idle_time() {
    let host = patient(|server| server.header_timeout(SHORT));
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
fn by_default_nobody_waits_less_than_a_second() {
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
fn a_body_that_stops_or_drips_is_a_408_and_its_action_never_begins() {
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
        // The document is there; that it is all of it is not.
        peer.send(format!("{chunked}{:x}\r\n{body}\r\n", body.len()));
    });
    slow_bodies(&host, |peer| {
        peer.send(&chunked);
        assert!(peer.drip("1\r\n \r\n".repeat(200), SHORT / 10) < 1200);
    });
    slow_bodies(&host, |peer| {
        // A chunk's size that never ends.
        peer.send(&chunked);
        assert!(peer.drip("0".repeat(1000), SHORT / 10) < 1000);
    });
}

#[test]
fn a_body_that_is_slow_and_comes_in_time_is_served() {
    let host = Host::with_provider(|provider| provider.body_timeout(LONG));
    let body = cancellation("s");
    let mut peer = host.peer();
    peer.send(cancel_head(&format!("Content-Length: {}\r\n", body.len())));
    assert_eq!(peer.drip(&body, Duration::from_millis(1)), body.len());
    peer.reply().is_done();
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
}

#[test]
fn a_caller_that_goes_in_the_middle_of_a_body_begins_nothing() {
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
fn a_caller_that_reads_nothing_of_its_answer_is_closed() {
    let host = patient(|server| server.write_timeout(SHORT));
    let mut peer = peer_with_small_window(host.address);
    peer.send(get("/customers/large"));
    peer.hears_something();
    std::thread::sleep(4 * SHORT);
    assert!(peer.skip(2 * LARGE) < LARGE);
    host.still_serves();
}

#[test]
fn a_caller_that_reads_a_little_now_and_then_does_not_put_off_its_end() {
    let host = patient(|server| server.write_timeout(SHORT));
    let mut peer = peer_with_small_window(host.address);
    peer.send(get("/customers/large"));
    peer.hears_something();
    let begun = Instant::now();
    let mut read = 0;
    // Enough each time for the window to open, and far too little to come to the end.
    while begun.elapsed() < 8 * SHORT {
        read += peer.skip(64 << 10);
        std::thread::sleep(SHORT / 5);
    }
    read += peer.skip(2 * LARGE);
    assert!(read < LARGE, "all of it was sent");
}

#[test]
fn a_large_answer_is_read_whole_by_whoever_reads() {
    let host = patient(|server| server.write_timeout(LONG));
    let mut peer = host.peer();
    let reply = peer.ask(get("/customers/large"));
    assert!(reply.body.len() > LARGE);
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
}
