//! Bodies that are large, or that declare a large length.

use std::time::Duration;

use crate::support::{Host, Peer, Reply, TOKEN, cancel_head, cancellation, get};

const LIMIT: usize = 64 * 1024;

/// Returns a valid document of this length.
fn document(bytes: usize) -> String {
    let document = cancellation("s");
    document.clone() + &" ".repeat(bytes - document.len())
}

fn with_length(body: &str) -> String {
    cancel_head(&format!("Content-Length: {}\r\n", body.len())) + body
}

fn chunked(body: &str) -> String {
    let chunks: String = body
        .as_bytes()
        .chunks(1000)
        .map(|chunk| {
            format!(
                "{:x}\r\n{}\r\n",
                chunk.len(),
                std::str::from_utf8(chunk).unwrap()
            )
        })
        .collect();
    cancel_head("Transfer-Encoding: chunked\r\n") + &chunks + "0\r\n\r\n"
}

#[track_caller]
fn too_large(host: &Host, peer: &mut Peer, reply: &Reply) {
    let message = reply.error(413);
    assert!(message.contains("bytes long"), "{message}");
    assert_eq!(reply.header("connection"), Some("close"));
    peer.is_closed();
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn body_limit_is_64_kibibytes() {
    let host = Host::new();
    for request in [
        with_length(&document(LIMIT + 1)),
        chunked(&document(LIMIT + 1)),
    ] {
        let mut peer = host.peer();
        let reply = peer.ask(request);
        too_large(&host, &mut peer, &reply);
    }
    host.ask(with_length(&document(LIMIT))).is_done();
    host.ask(chunked(&document(LIMIT))).is_done();
    assert_eq!(host.billing.begun(), 2);
}

#[test]
fn body_limit_is_configurable() {
    let host = Host::with_provider(|provider| provider.max_body_bytes(1000));
    for request in [with_length(&document(1001)), chunked(&document(1001))] {
        let mut peer = host.peer();
        let reply = peer.ask(request);
        too_large(&host, &mut peer, &reply);
    }
    host.ask(with_length(&document(1000))).is_done();
}

#[test]
fn too_large_length_is_rejected_before_the_body() {
    let host = Host::new();
    for length in [LIMIT as u64 + 1, 1 << 32, 1 << 63, u64::MAX / 2] {
        let mut peer = host.peer();
        let reply = peer.ask(cancel_head(&format!("Content-Length: {length}\r\n")));
        too_large(&host, &mut peer, &reply);
    }
}

/// Sends for longer than the server takes to answer. A reset would cut the peer off.
#[track_caller]
fn sends_all(peer: &mut Peer, request: &str) {
    for piece in request.as_bytes().chunks(20 * 1024) {
        assert!(peer.send(piece), "the peer was cut off");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn reply_arrives_while_the_peer_still_sends() {
    let host = Host::new();
    let unauthenticated = with_length(&document(200 * 1024)).replacen(TOKEN, "other", 1);
    let bad_head = format!("nonsense\r\n{}", "x".repeat(200 * 1024));
    for _ in 0..5 {
        for (request, status) in [
            (with_length(&document(200 * 1024)), 413),
            (chunked(&document(200 * 1024)), 413),
            (unauthenticated.clone(), 401),
        ] {
            let mut peer = host.peer();
            sends_all(&mut peer, &request);
            let reply = peer.reply();
            reply.error(status);
            assert_eq!(reply.header("connection"), Some("close"));
            peer.is_closed();
        }
        let mut peer = host.peer();
        sends_all(&mut peer, &bad_head);
        peer.reply().is_unparsed(400);
        peer.is_closed();
    }
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn peer_that_never_stops_sending_is_closed() {
    let host = Host::new();
    for head in [
        cancel_head("Content-Length: 1000000000000\r\n"),
        cancel_head("Content-Length: 1000000000000\r\n").replacen(TOKEN, "other", 1),
        "nonsense\r\n".to_owned(),
    ] {
        let mut peer = host.peer();
        peer.send(head);
        let chunk = [b'x'; 64 * 1024];
        let taken = (0..10_000).take_while(|_| peer.send(chunk)).count();
        assert!(taken < 10_000, "half a gigabyte was taken");
    }
    host.still_serves();
}

#[test]
fn unexpected_body_is_skipped_or_closes_the_connection() {
    let host = Host::new();
    let body = "x".repeat(10_000);
    let request = get("/customers/c").replacen(
        "\r\n\r\n",
        &format!("\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        1,
    );
    let mut peer = host.peer();
    assert_eq!(peer.ask(&request).document()["id"], "c");
    // In both cases no byte of the body is parsed as a request.
    peer.send(get("/customers/d"));
    let further = peer_after(&mut peer);
    assert!(further.is_none_or(|reply| reply.document()["id"] == "d"));
}

fn peer_after(peer: &mut Peer) -> Option<Reply> {
    peer.shut_down_writing();
    peer.replies().into_iter().next()
}
