//! Graceful shutdown of a process.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use churnkey::Result;

use crate::support::{
    self, Ended, Peer, Process, SHORT, TOKEN, cancel, eventually, get, peer_with_small_window,
    server_of_environment,
};

#[test]
#[ignore = "child process of the other tests"]
fn child() -> Result<()> {
    server_of_environment(|server| server)
}

/// A server whose shutdown timeout is longer than any test.
#[test]
#[ignore = "child process of the other tests"]
fn child_with_long_shutdown_timeout() -> Result<()> {
    server_of_environment(|server| server.shutdown_timeout(Duration::from_secs(3600)))
}

#[test]
#[ignore = "child process of the other tests"]
fn child_with_short_shutdown_timeout() -> Result<()> {
    server_of_environment(|server| server.shutdown_timeout(SHORT))
}

fn serving(child: &str) -> (Process, std::net::SocketAddr) {
    support::serving(&format!("ending::{child}"))
}

#[test]
fn shutdown_finishes_requests_and_closes_idle_connections() {
    for signal in ["TERM", "INT"] {
        let (process, address) = serving("child_with_long_shutdown_timeout");
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
        eventually("no connection is accepted", || {
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
            unread: output,
            ..
        } = process.end();
        assert!(status.success(), "{output}");
        assert!(output.contains("Billing has stopped"), "{output}");
    }
}

#[test]
fn shutdown_waits_for_actions_without_callers() {
    let (process, address) = serving("child_with_short_shutdown_timeout");
    let mut caller = Peer::open(address);
    caller.send(cancel("nap"));
    process.stderr.line_with("the nap begins");
    drop(caller);
    process.signal("TERM");
    let Ended {
        status,
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
    assert!(
        output.contains("waiting for the actions under way (1)"),
        "{output}"
    );
    let (ends, stopped) = (
        output.find("the nap ends"),
        output.find("Billing has stopped"),
    );
    assert!(ends.is_some() && ends < stopped, "{output}");
}

#[test]
fn action_finishes_after_the_shutdown_timeout_for_callers() {
    let (process, address) = serving("child_with_short_shutdown_timeout");
    let mut caller = Peer::open(address);
    caller.send(cancel("nap"));
    process.stderr.line_with("the nap begins");
    process.signal("TERM");
    let Ended {
        status,
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
    let (ends, stopped) = (
        output.find("the nap ends"),
        output.find("Billing has stopped"),
    );
    assert!(ends.is_some() && ends < stopped, "{output}");
    caller.replies();
}

#[test]
fn incomplete_or_unread_messages_time_out_at_shutdown() {
    let (process, address) = serving("child_with_short_shutdown_timeout");
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
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
    assert!(
        output.contains("closing connections that are still sending or reading"),
        "{output}"
    );
}

#[test]
fn pipelined_request_is_answered_or_not_started() {
    let (process, address) = serving("child_with_long_shutdown_timeout");
    let mut caller = Peer::open(address);
    caller.send(get("/customers/nap") + &cancel("behind"));
    process.stderr.line_with("the nap begins");
    process.signal("TERM");
    let replies = caller.replies();
    assert_eq!(replies[0].document()["id"], "nap");
    // The request was either answered or not started. The caller can distinguish the two cases.
    for reply in &replies[1..] {
        reply.is_done();
    }
    let Ended {
        status,
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
}

#[test]
#[ignore = "child process of the other tests"]
fn child_with_slow_readiness() -> Result<()> {
    server_of_environment(|server| {
        server.ready(async |_| {
            eprintln!("the check begins");
            tokio::time::sleep(2 * SHORT).await;
            Ok(())
        })
    })
}

#[test]
fn readiness_fails_during_shutdown() {
    let (process, address) = serving("child_with_slow_readiness");
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
fn shutdown_does_not_wait_for_an_incomplete_head() {
    let (process, address) = serving("child_with_long_shutdown_timeout");
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
#[ignore = "child process of the other tests"]
fn child_with_a_delay() -> Result<()> {
    // Longer than any test waits.
    server_of_environment(|server| server.shutdown_delay(Duration::from_secs(600)))
}

#[test]
fn shutdown_delay_serves_and_closes_connections() {
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
    // A second signal ends the process.
    process.signal("TERM");
    idle.is_closed();
    assert_eq!(process.end().status.code(), Some(1));
}

const SHORT_DELAY: Duration = Duration::from_secs(1);

#[test]
#[ignore = "child process of the other tests"]
fn child_with_a_short_delay() -> Result<()> {
    server_of_environment(|server| server.shutdown_delay(SHORT_DELAY))
}

#[test]
fn idle_connections_are_closed_after_the_delay() {
    let (process, address) = serving("child_with_a_short_delay");
    let mut idle = Peer::open(address);
    assert_eq!(idle.ask(get("/customers/c")).status, 200);
    let begun = Instant::now();
    process.signal("TERM");
    idle.is_closed();
    assert!(begun.elapsed() >= SHORT_DELAY);
    assert!(process.end().status.success());
}

#[test]
fn delay_is_set_by_the_environment() {
    let set = |delay: &str| {
        let variables = [
            ("CK_INTEGRATION_TOKEN", TOKEN),
            ("CHURNKEY_SHUTDOWN_DELAY", delay),
        ];
        support::start_child("ending::child", &variables)
    };
    for wrong in ["soon", "-1", "1e30", "NaN"] {
        let ended = set(wrong).end();
        assert!(!ended.status.success());
        assert!(
            ended.stderr.contains("CHURNKEY_SHUTDOWN_DELAY"),
            "{}",
            ended.stderr
        );
    }
    let process = set(" 0.25 ");
    process.stderr.address();
    process.signal("TERM");
    process
        .stderr
        .line_with("accepting requests for another 250ms");
    assert!(process.end().status.success());
}

#[test]
fn connections_in_the_accept_queue_are_served() {
    for round in 0..5 {
        let (process, address) = serving("child_with_long_shutdown_timeout");
        process.signal("STOP");
        let mut peers: Vec<_> = (0..20).map(|_| Peer::open(address)).collect();
        let (sent, silent) = peers.split_at_mut(10);
        for peer in &mut *sent {
            peer.send(cancel("s"));
        }
        process.signal("TERM");
        process.signal("CONT");
        // Their requests are under way: a proxy connects first, and then sends.
        std::thread::sleep(Duration::from_millis(20 * round));
        for peer in silent.iter_mut().chain(sent) {
            peer.send(cancel("s"));
            peer.reply().is_done();
        }
        assert!(process.end().status.success());
    }
}

#[test]
fn second_signal_ends_a_process_with_hung_actions() {
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        // The second kind blocks all threads of the runtime.
        for (id, begins) in [("wait", "the wait begins"), ("hang", "the hang begins")] {
            let (process, address) = serving("child_with_short_shutdown_timeout");
            let mut callers: Vec<_> = (0..16).map(|_| Peer::open(address)).collect();
            for (number, caller) in (0..).zip(&mut callers) {
                // As long as the id that it replaces.
                let customer = format!(r#""{}""#, char::from(b'd' + number));
                caller.send(cancel(id).replace(r#""c""#, &customer));
            }
            process.stderr.line_with(begins);
            process.signal(first);
            std::thread::sleep(SHORT);
            process.signal(second);
            let ended = process.end();
            assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
            assert!(
                ended.unread.contains("a further signal"),
                "{}",
                ended.unread
            );
            assert!(ended.unread.contains("cancel (live)"), "{}", ended.unread);
        }
    }
}

#[test]
fn signal_after_the_shutdown_ends_the_process() {
    let process = support::start_child(
        "ending::child_that_hangs_afterwards",
        &[("CK_INTEGRATION_TOKEN", TOKEN)],
    );
    process.stderr.address();
    process.signal("TERM");
    process.stderr.line_with("Billing has stopped");
    process.signal("TERM");
    assert_eq!(process.end().status.code(), Some(1));
}

#[test]
#[ignore = "child process of the other tests"]
fn child_that_hangs_afterwards() -> Result<()> {
    server_of_environment(|server| server)?;
    std::thread::sleep(Duration::from_secs(3600));
    Ok(())
}
