//! Ten thousand connections. The server is a child process, so that its memory can be measured and
//! both sides have enough file descriptors.

use std::net::SocketAddr;
use std::time::Duration;

use churnkey::Result;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{
    Ended, Host, LONG, Peer, Process, eventually, get, server_of_environment, serving,
};

const MANY: usize = 10_000;

/// Raises the limit on open files of this process to the hard limit.
fn raise_open_files() -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _unchanged = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: maximum,
            maximum,
        },
    );
    let now = getrlimit(Resource::Nofile).current;
    now.map_or(usize::MAX, |now| usize::try_from(now).unwrap())
}

/// Returns the wanted number of connections, or the number that this machine allows.
fn as_many(wanted: usize) -> usize {
    // The other tests use some hundred file descriptors.
    let allowed = raise_open_files().saturating_sub(3000).min(wanted);
    if allowed < wanted {
        println!(
            "only {allowed} connections: the hard limit of open files is too low for {wanted}"
        );
    }
    allowed
}

#[test]
#[ignore = "child process of the other tests"]
fn child_with_high_limit() -> Result<()> {
    raise_open_files();
    server_of_environment(|server| {
        server
            .max_connections(MANY + 100)
            .header_timeout(Duration::from_secs(5))
    })
}

#[test]
#[ignore = "child process of the other tests"]
fn child_with_low_limit() -> Result<()> {
    server_of_environment(|server| {
        server
            .max_connections(100)
            .header_timeout(Duration::from_secs(5))
    })
}

/// Returns the resident memory of a process, in bytes.
#[cfg(target_os = "linux")]
fn resident(process: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB"))
        .unwrap();
    kilobytes.trim().parse::<usize>().unwrap() * 1024
}

#[cfg(not(target_os = "linux"))]
fn resident(_: u32) -> usize {
    0
}

/// Waits until the server has accepted all connections. They wait in the backlog, and if the
/// backlog is full, the kernel retries only after a second.
fn accept_all(address: SocketAddr) {
    let reply = Peer::open(address).ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(reply.status, 200);
}

fn stop(process: Process) {
    process.signal("TERM");
    let Ended {
        status,
        unread: output,
        ..
    } = process.end();
    assert!(status.success(), "{output}");
}

#[test]
fn ten_thousand_silent_connections_use_little_memory() {
    let (mut process, address) = serving("flood::child_with_high_limit");
    let mut caller = Peer::open(address);
    assert_eq!(caller.ask(get("/customers/c")).status, 200);
    let before = resident(process.id());

    let many = as_many(MANY);
    let half = get("/customers/c");
    let half = &half[..half.len() - 1];
    let mut peers = Vec::new();
    for number in 0..many {
        let mut peer = Peer::open(address);
        if number % 2 == 0 {
            peer.send(half);
        }
        peers.push(peer);
        if number % 100 == 0 {
            assert_eq!(caller.ask(get("/customers/c")).status, 200);
            accept_all(address);
        }
    }
    let cost = resident(process.id()).saturating_sub(before) / many;
    assert!(cost < 40 * 1024, "{cost} bytes for each connection");
    println!("{many} connections took {cost} bytes each");
    for _ in 0..100 {
        assert_eq!(caller.ask(get("/customers/c")).status, 200);
    }
    for (peer, number) in peers.iter_mut().zip(0..) {
        if number % 2 == 0 {
            peer.reply().refusal(408);
        }
        peer.is_closed();
    }
    drop(peers);
    assert_eq!(caller.ask(get("/customers/c")).status, 200);
    process.lives();
    stop(process);
}

#[test]
fn flood_does_not_affect_accepted_connections() {
    let (mut process, address) = serving("flood::child_with_low_limit");
    let mut caller = Peer::open(address);
    assert_eq!(caller.ask(get("/customers/c")).status, 200);
    let before = resident(process.id());
    let mut silent: Vec<_> = (0..99).map(|_| Peer::open(address)).collect();

    let mut rejected = 0;
    for number in 0..MANY {
        let mut rejected_peer = Peer::open(address);
        if number % 100 == 0 {
            assert_eq!(caller.ask(get("/customers/c")).status, 200);
            // The remaining connections are closed without a reply.
            for reply in rejected_peer.replies() {
                reply.refusal(503);
                rejected += 1;
            }
        }
    }
    assert!(rejected > 0, "no connection was answered with a 503");
    let cost = resident(process.id()).saturating_sub(before);
    assert!(cost < 64 << 20, "{cost} bytes");
    for peer in &mut silent {
        peer.is_closed();
    }
    // Slots are free again.
    assert_eq!(Peer::open(address).ask(get("/customers/c")).status, 200);
    process.lives();
    stop(process);
}

#[test]
fn a_thousand_concurrent_callers_are_all_served() {
    let host = Host::with_server(|server| server.max_connections(2000).header_timeout(LONG));
    let mut peers = Vec::new();
    for _ in 0..10 {
        peers.extend((0..100).map(|_| host.peer()));
        accept_all(host.address);
    }
    for round in 1..=3 {
        for peer in &mut peers {
            peer.send(get("/customers/c"));
        }
        for peer in &mut peers {
            assert_eq!(peer.reply().document()["id"], "c");
        }
        eventually("all were read", || host.billing.ended() == round * 1000);
    }
}
