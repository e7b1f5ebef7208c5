//! The limit on connections, and the end of connections.

use crate::support::{Host, SHORT, eventually, get};

#[test]
fn connection_beyond_the_limit_is_a_503() {
    let host = Host::with_server(|server| server.max_connections(3));
    let mut peers: Vec<_> = (0..3).map(|_| host.peer()).collect();
    for peer in &mut peers {
        assert_eq!(peer.ask(get("/customers/c")).status, 200);
    }
    for _ in 0..5 {
        let mut surplus = host.peer();
        let reply = surplus.reply();
        assert_eq!(reply.refusal(503), "Service Unavailable");
        reply.retry_after();
        surplus.is_closed();
    }
    for peer in &mut peers {
        assert_eq!(peer.ask(get("/customers/c")).status, 200);
    }
    // A slot that becomes free can be used again, every time.
    for _ in 0..20 {
        drop(peers.pop());
        eventually("a slot is free", || {
            let mut peer = host.peer();
            let served = peer.ask(get("/customers/c")).status == 200;
            if served {
                peers.push(peer);
            }
            served
        });
        assert_eq!(host.ask(get("/customers/c")).status, 503);
    }
}

#[test]
fn rejected_peer_receives_the_503_after_sending_much() {
    let host = Host::with_server(|server| server.max_connections(1));
    let mut first = host.peer();
    assert_eq!(first.ask(get("/customers/c")).status, 200);
    for _ in 0..20 {
        let mut surplus = host.peer();
        surplus.send("x".repeat(64 * 1024));
        surplus.reply().refusal(503);
        surplus.is_closed();
    }
}

#[test]
fn closed_connection_frees_its_slot() {
    let host = Host::with(
        |provider| provider.body_timeout(SHORT),
        |server| server.max_connections(1).header_timeout(SHORT),
    );
    let request = get("/customers/c");
    for bytes in [
        "",
        "GET /",
        "nonsense\r\n\r\n",
        "POST /churnkey/actions/subscription/cancel HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
        &request,
        &request.replacen(" HTTP", "x HTTP/1.1\r\nConnection: close\r\n HTTP", 1),
        &get("/customers/panic"),
        &crate::support::cancel("panic"),
    ] {
        for hang_up in [true, false] {
            eventually("a slot is free", || {
                let mut peer = host.peer();
                peer.ask(&request).status == 200
            });
            let mut peer = host.peer();
            peer.send(bytes);
            if hang_up {
                drop(peer);
            } else {
                peer.shut_down_writing();
                peer.replies();
            }
        }
    }
    eventually("a slot is free", || host.ask(&request).status == 200);
}

#[test]
fn default_connection_limit_is_512() {
    let host = Host::new();
    let mut peers: Vec<_> = (0..512).map(|_| host.peer()).collect();
    assert_eq!(peers[511].ask(get("/customers/c")).status, 200);
    host.peer().reply().refusal(503);
    assert_eq!(peers[0].ask(get("/customers/c")).status, 200);
}

#[test]
fn old_connection_ends_with_an_announced_answer() {
    let host = Host::with_server(|server| server.max_connection_age(2 * SHORT));
    let mut peer = host.peer();
    let first = peer.ask(get("/customers/c"));
    assert_eq!((first.status, first.header("connection")), (200, None));
    std::thread::sleep(3 * SHORT);
    peer.is_open();
    let last = peer.ask(get("/customers/c"));
    assert_eq!(
        (last.status, last.header("connection")),
        (200, Some("close"))
    );
    peer.is_closed();
}
