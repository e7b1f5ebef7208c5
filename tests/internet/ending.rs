//! How a process ends that is told to.

use std::net::TcpStream;
use std::time::Duration;

use churnkey::Result;

use crate::support::{
    self, Ended, Peer, Process, SHORT, cancel, eventually, get, peer_with_small_window,
    server_of_environment,
};

#[test]
#[ignore = "the process that the other tests start"]
fn child() -> Result<()> {
    server_of_environment(|server| server)
}

/// One that waits for callers as long as any test lasts.
#[test]
#[ignore = "the process that the other tests start"]
fn patient_child() -> Result<()> {
    server_of_environment(|server| server.shutdown_timeout(Duration::from_secs(3600)))
}

#[test]
#[ignore = "the process that the other tests start"]
fn impatient_child() -> Result<()> {
    server_of_environment(|server| server.shutdown_timeout(SHORT))
}

fn serving(child: &str) -> (Process, std::net::SocketAddr) {
    support::serving(&format!("ending::{child}"))
}

#[test]
fn it_answers_what_is_under_way_closes_what_rests_and_accepts_nothing_new() {
    for signal in ["TERM", "INT"] {
        let (process, address) = serving("patient_child");
        let mut resting = Peer::open(address);
        assert_eq!(resting.ask(get("/customers/c")).status, 200);
        let mut silent = Peer::open(address);
        let (mut reader, mut writer) = (Peer::open(address), Peer::open(address));
        reader.send(get("/customers/nap"));
        writer.send(cancel("nap"));
        process.stderr.line_with("the nap begins");
        process.stderr.line_with("the nap begins");
        process.signal(signal);

        resting.is_closed();
        silent.is_closed();
        eventually("it accepts nothing", || {
            TcpStream::connect(address).is_err()
        });
        let read = reader.reply();
        assert_eq!(read.document()["id"], "nap");
        assert_eq!(read.header("connection"), Some("close"));
        writer.reply().is_done();
        reader.is_closed();
        writer.is_closed();
        let Ended {
            status,
            unread: said,
            ..
        } = process.end();
        assert!(status.success(), "{said}");
        assert!(said.contains("Billing has stopped"), "{said}");
    }
}

#[test]
fn an_action_whose_caller_has_gone_comes_to_its_end_first() {
    let (process, address) = serving("impatient_child");
    let mut caller = Peer::open(address);
    caller.send(cancel("nap"));
    process.stderr.line_with("the nap begins");
    drop(caller);
    process.signal("TERM");
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
    assert!(
        said.contains("waiting for the actions under way (1)"),
        "{said}"
    );
    let (ends, stopped) = (said.find("the nap ends"), said.find("Billing has stopped"));
    assert!(ends.is_some() && ends < stopped, "{said}");
}

#[test]
fn an_action_comes_to_its_end_though_its_caller_is_waited_for_no_longer() {
    let (process, address) = serving("impatient_child");
    let mut caller = Peer::open(address);
    caller.send(cancel("nap"));
    process.stderr.line_with("the nap begins");
    process.signal("TERM");
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
    let (ends, stopped) = (said.find("the nap ends"), said.find("Billing has stopped"));
    assert!(ends.is_some() && ends < stopped, "{said}");
    caller.replies();
}

#[test]
fn what_is_half_said_or_unread_does_not_hold_it_beyond_its_patience() {
    let (process, address) = serving("impatient_child");
    let whole = cancel("s");
    let mut peers: Vec<_> = (0..4).map(|_| peer_with_small_window(address)).collect();
    peers[0].send("GET / HTTP/1.1\r\nHost");
    peers[1].send(&whole[..whole.len() - 1]);
    peers[2].send(get("/customers/large"));
    peers[3].send(get("/customers/wait"));
    process.stderr.line_with("the wait begins");
    process.signal("TERM");
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
    assert!(
        said.contains("closing connections that are still sending or reading"),
        "{said}"
    );
}

#[test]
fn a_request_that_was_pipelined_behind_the_last_is_not_half_done() {
    let (process, address) = serving("patient_child");
    let mut caller = Peer::open(address);
    caller.send(get("/customers/nap") + &cancel("behind"));
    process.stderr.line_with("the nap begins");
    process.signal("TERM");
    let replies = caller.replies();
    assert_eq!(replies[0].document()["id"], "nap");
    // Answered or not begun; the caller can tell which.
    for reply in &replies[1..] {
        reply.is_done();
    }
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
}

#[test]
#[ignore = "the process that the other tests start"]
fn child_that_is_slowly_ready() -> Result<()> {
    server_of_environment(|server| {
        server.ready(async |_| {
            eprintln!("the check begins");
            tokio::time::sleep(2 * SHORT).await;
            Ok(())
        })
    })
}

#[test]
fn a_process_that_ends_says_that_it_is_not_ready() {
    let (process, address) = serving("child_that_is_slowly_ready");
    let mut prober = Peer::open(address);
    prober.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n");
    process.stderr.line_with("the check begins");
    process.signal("TERM");
    let reply = prober.reply();
    assert_eq!(reply.refusal(503), "Service Unavailable");
    reply.retry_after();
    prober.is_closed();
    assert!(process.end().status.success());
}

#[test]
fn a_head_that_is_half_said_is_not_waited_for() {
    let (process, address) = serving("patient_child");
    let request = cancel("s");
    let (mut new, mut resting) = (Peer::open(address), Peer::open(address));
    assert_eq!(resting.ask(get("/customers/c")).status, 200);
    for peer in [&mut new, &mut resting] {
        peer.send(&request[..20]);
    }
    process.signal("TERM");
    for peer in [&mut new, &mut resting] {
        peer.is_closed();
    }
    assert!(process.end().status.success());
}

#[test]
#[ignore = "the process that the other tests start"]
fn child_with_a_delay() -> Result<()> {
    // Longer than any test waits.
    server_of_environment(|server| server.shutdown_delay(Duration::from_secs(600)))
}

#[test]
fn during_the_delay_requests_are_served_and_connections_closed_after_each() {
    let (process, address) = serving("child_with_a_delay");
    let ready = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_eq!(Peer::open(address).ask(ready).status, 200);
    let (mut kept, mut idle) = (Peer::open(address), Peer::open(address));
    for peer in [&mut kept, &mut idle] {
        let before = peer.ask(get("/customers/c"));
        assert_eq!((before.status, before.header("connection")), (200, None));
    }
    process.signal("TERM");
    process
        .stderr
        .line_with("accepting requests for another 600s");
    for (request, status) in [(ready, 503), (get("/customers/c").as_str(), 200)] {
        for mut peer in [
            Peer::open(address),
            std::mem::replace(&mut kept, Peer::open(address)),
        ] {
            let reply = peer.ask(request);
            assert_eq!(reply.status, status);
            assert_eq!(reply.header("connection"), Some("close"));
            peer.is_closed();
        }
    }
    idle.is_open();
    // A second signal ends the delay.
    process.signal("TERM");
    idle.is_closed();
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
}
