//! Pipelining: several requests at once on one connection.

use std::time::Duration;

use crate::support::{Host, Reply, cancel, cancel_head, cancellation, eventually, get};

/// Returns a short form of the reply to a valid request.
fn served(reply: &Reply) -> String {
    if reply.body.is_empty() {
        return reply.status.to_string();
    }
    reply.document()["id"].as_str().unwrap().to_owned()
}

#[test]
fn replies_come_in_request_order() {
    let host = Host::new();
    for count in [1, 2, 3, 17, 100, 1000] {
        let mut peer = host.peer();
        let requests: String = (0..count)
            .map(|n| get(&format!("/customers/{n}")))
            .collect();
        peer.send(requests);
        for n in 0..count {
            assert_eq!(served(&peer.reply()), n.to_string());
        }
        peer.is_open();
    }
}

#[test]
fn later_request_waits_for_the_slow_one_before_it() {
    let host = Host::new();
    let mut peer = host.peer();
    peer.send(get("/customers/wait") + &get("/customers/c"));
    eventually("the first request has begun", || host.billing.begun() == 1);
    host.still_serves();
    peer.is_open();
    assert_eq!(host.billing.begun(), 2);
    host.billing.open_gate();
    assert_eq!(served(&peer.reply()), "wait");
    assert_eq!(served(&peer.reply()), "c");
}

#[test]
fn head_may_directly_follow_a_body() {
    let host = Host::new();
    let mut peer = host.peer();
    peer.send(
        [
            cancel("1"),
            get("/customers/c"),
            cancel("2"),
            cancel("3"),
            get("/customers/d"),
        ]
        .concat(),
    );
    let answers: Vec<_> = (0..5).map(|_| served(&peer.reply())).collect();
    assert_eq!(answers, ["200", "c", "200", "200", "d"]);
}

#[test]
fn unread_body_is_not_parsed_as_a_request() {
    let host = Host::new();
    let hidden = get("/customers/hidden");
    let request = get("/customers/c").replacen(
        "\r\n\r\n",
        &format!("\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()),
        1,
    );
    let mut peer = host.peer();
    peer.send(request + &get("/customers/d"));
    // The server does not wait for the end of the body, so it closes the connection after the
    // reply.
    let replies = peer.replies();
    assert_eq!(replies.len(), 1);
    assert_eq!(served(&replies[0]), "c");
    assert_eq!(replies[0].header("connection"), Some("close"));
    assert_eq!((host.billing.begun(), host.billing.hidden()), (1, 0));
}

#[test]
fn packet_boundaries_do_not_change_the_replies() {
    let host = Host::new();
    let requests = [cancel("1"), get("/customers/c"), cancel("2")].concat();
    for split in 1..requests.len() {
        let mut peer = host.peer();
        let (first, rest) = requests.split_at(split);
        peer.send(first);
        // The pause makes it likely that the server reads the two parts separately.
        std::thread::sleep(Duration::from_micros(300));
        peer.send(rest);
        let answers: Vec<_> = (0..3).map(|_| served(&peer.reply())).collect();
        assert_eq!(answers, ["200", "c", "200"], "split at {split}");
    }
}

/// Requests that hyper cannot parse.
const BAD: [&str; 2] = [
    "GET /churnkey/features HTTP/1.1\r\nHost: a\r\nX-\"y\": z\r\n\r\n",
    "nonsense\r\n\r\n",
];

#[test]
fn valid_requests_before_an_invalid_one_are_answered() {
    let host = Host::new();
    for bad in BAD {
        for count in (0..=40).chain([100, 500]) {
            let mut peer = host.peer();
            let good: String = (0..count)
                .map(|n| get(&format!("/customers/{n}")))
                .collect();
            peer.send(good + bad + &get("/customers/hidden"));
            let replies = peer.replies();
            assert_eq!(replies.len(), count + 1, "{bad:?} behind {count}");
            for (reply, n) in replies.iter().zip(0..count) {
                assert_eq!(served(reply), n.to_string());
                assert_eq!(reply.header("connection"), None, "a further answer follows");
            }
            replies[count].is_unparsed(400);
        }
    }
}

#[test]
fn slow_request_before_an_invalid_one_is_answered() {
    let host = Host::new();
    for bad in BAD {
        for slow in [get("/customers/wait"), cancel("wait")] {
            let begun = host.billing.begun();
            let mut peer = host.peer();
            peer.send(slow + bad);
            eventually("the request has begun", || {
                host.billing.begun() == begun + 1
            });
            host.still_serves();
            peer.is_open();
            host.billing.open_gate();
            let replies = peer.replies();
            assert_eq!(replies.len(), 2, "{bad:?}");
            assert_eq!(replies[0].status, 200);
            replies[1].is_unparsed(400);
        }
    }
}

#[test]
fn split_invalid_request_after_a_valid_one_is_rejected() {
    let host = Host::new();
    let good = get("/customers/c");
    for bad in BAD {
        for split in 1..bad.len() {
            let mut peer = host.peer();
            peer.send(good.clone() + &bad[..split]);
            std::thread::sleep(Duration::from_micros(300));
            peer.send(&bad[split..]);
            let replies = peer.replies();
            assert_eq!(replies.len(), 2, "{bad:?} split at {split}");
            assert_eq!(served(&replies[0]), "c");
            replies[1].is_unparsed(400);
        }
    }
}

#[test]
fn no_request_is_served_after_a_chunked_body() {
    let host = Host::new();
    let body = cancellation("s");
    let chunked = cancel_head("Transfer-Encoding: chunked\r\n")
        + &format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let mut peer = host.peer();
    peer.send(get("/customers/c") + &chunked + &get("/customers/hidden"));
    let replies = peer.replies();
    assert_eq!(replies.len(), 2);
    assert_eq!(served(&replies[0]), "c");
    replies[1].is_done();
    assert_eq!(replies[1].header("connection"), Some("close"));
    assert_eq!(host.billing.begun(), 2);
}

#[test]
fn connection_close_discards_later_requests() {
    let host = Host::new();
    let mut peer = host.peer();
    let last = get("/customers/c").replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1);
    peer.send(last + &get("/customers/hidden"));
    assert_eq!(peer.replies().len(), 1);
    assert_eq!(host.billing.begun(), 1);
}
