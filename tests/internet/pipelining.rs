//! Several requests on the way at once on one connection.

use std::time::Duration;

use crate::support::{Host, Reply, cancel, cancel_head, cancellation, eventually, get};

/// What a good request is answered, in short.
fn served(reply: &Reply) -> String {
    if reply.body.is_empty() {
        return reply.status.to_string();
    }
    reply.document()["id"].as_str().unwrap().to_owned()
}

#[test]
fn answers_come_in_the_order_of_the_requests() {
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
fn a_later_request_waits_for_a_slow_one_before_it() {
    let host = Host::new();
    let mut peer = host.peer();
    peer.send(get("/customers/wait") + &get("/customers/c"));
    eventually("the first has begun", || host.billing.begun() == 1);
    host.still_serves();
    peer.is_open();
    assert_eq!(host.billing.begun(), 2);
    host.billing.open_gate();
    assert_eq!(served(&peer.reply()), "wait");
    assert_eq!(served(&peer.reply()), "c");
}

#[test]
fn a_body_may_be_followed_at_once_by_the_next_head() {
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
fn a_body_that_nobody_reads_is_not_taken_for_a_request() {
    let host = Host::new();
    let hidden = get("/customers/hidden");
    let request = get("/customers/c").replacen(
        "\r\n\r\n",
        &format!("\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()),
        1,
    );
    let mut peer = host.peer();
    peer.send(request + &get("/customers/d"));
    // The end of the body is not awaited, so the answer is the last.
    let replies = peer.replies();
    assert_eq!(replies.len(), 1);
    assert_eq!(served(&replies[0]), "c");
    assert_eq!(replies[0].header("connection"), Some("close"));
    assert_eq!((host.billing.begun(), host.billing.hidden()), (1, 0));
}

#[test]
fn it_is_all_the_same_where_the_packets_are_split() {
    let host = Host::new();
    let requests = [cancel("1"), get("/customers/c"), cancel("2")].concat();
    for split in 1..requests.len() {
        let mut peer = host.peer();
        let (first, rest) = requests.split_at(split);
        peer.send(first);
        // So that the server is likely to see the two apart.
        std::thread::sleep(Duration::from_micros(300));
        peer.send(rest);
        let answers: Vec<_> = (0..3).map(|_| served(&peer.reply())).collect();
        assert_eq!(answers, ["200", "c", "200"], "split at {split}");
    }
}

/// Requests that hyper does not parse.
const BAD: [&str; 2] = [
    "GET /churnkey/features HTTP/1.1\r\nHost: a\r\nX-\"y\": z\r\n\r\n",
    "nonsense\r\n\r\n",
];

#[test]
fn good_requests_before_a_bad_one_are_answered_first() {
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
fn a_slow_good_request_before_a_bad_one_is_answered_first() {
    let host = Host::new();
    for bad in BAD {
        for slow in [get("/customers/wait"), cancel("wait")] {
            let begun = host.billing.begun();
            let mut peer = host.peer();
            peer.send(slow + bad);
            eventually("it has begun", || host.billing.begun() == begun + 1);
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
fn a_bad_request_split_anywhere_behind_a_good_one_comes_to_the_same() {
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
fn nothing_is_served_behind_a_chunked_body() {
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
fn a_caller_that_asks_to_close_is_closed_and_what_it_sent_behind_is_not_served() {
    let host = Host::new();
    let mut peer = host.peer();
    let last = get("/customers/c").replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1);
    peer.send(last + &get("/customers/hidden"));
    assert_eq!(peer.replies().len(), 1);
    assert_eq!(host.billing.begun(), 1);
}
