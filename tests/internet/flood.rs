//! Ten thousand connections. The server is a process of its own, so that its memory can be seen and both sides have files enough.

use std::net::SocketAddr;
use std::time::Duration;

use churnkey::Result;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{
    Ended, Host, LONG, Peer, Process, eventually, get, server_of_environment, serving,
};

const MANY: usize = 10_000;

/// Raises what this process may have open at once to what it may raise it to.
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

/// As many connections as were asked for, or as this machine allows.
fn as_many(wanted: usize) -> usize {
    // Some hundred are open for the other tests.
    let allowed = raise_open_files().saturating_sub(3000).min(wanted);
    if allowed < wanted {
        println!(
            "only {allowed} connections: the hard limit of open files is too low for {wanted}"
        );
    }
    allowed
}

#[test]
#[ignore = "the process that the other tests start"]
fn child_with_room() -> Result<()> {
    raise_open_files();
    server_of_environment(|server| {
        server
            .max_connections(MANY + 100)
            .header_timeout(Duration::from_secs(5))
    })
}

#[test]
#[ignore = "the process that the other tests start"]
fn child_with_little_room() -> Result<()> {
    server_of_environment(|server| {
        server
            .max_connections(100)
            .header_timeout(Duration::from_secs(5))
    })
}

/// The memory that a process has in use, in bytes.
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

/// Waits until the server has accepted all that came: they stand in line, and where the line is full the system tries again only after a second.
fn catches_up(address: SocketAddr) {
    let reply = Peer::open(address).ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(reply.status, 200);
}

fn stops(process: Process) {
    process.signal("TERM");
    let Ended {
        status,
        unread: said,
        ..
    } = process.end();
    assert!(status.success(), "{said}");
}

#[test]
fn ten_thousand_silent_or_half_said_connections_cost_little_and_end() {
    let (mut process, address) = serving("flood::child_with_room");
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
            catches_up(address);
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
    stops(process);
}

#[test]
fn ten_thousand_connections_for_a_hundred_places_disturb_nobody_who_has_one() {
    let (mut process, address) = serving("flood::child_with_little_room");
    let mut caller = Peer::open(address);
    assert_eq!(caller.ask(get("/customers/c")).status, 200);
    let before = resident(process.id());
    let mut silent: Vec<_> = (0..99).map(|_| Peer::open(address)).collect();

    let mut told = 0;
    for number in 0..MANY {
        let mut surplus = Peer::open(address);
        if number % 100 == 0 {
            assert_eq!(caller.ask(get("/customers/c")).status, 200);
            // The rest is gone before it is told.
            for reply in surplus.replies() {
                reply.refusal(503);
                told += 1;
            }
        }
    }
    assert!(told > 0, "nobody was told that there was no place");
    let cost = resident(process.id()).saturating_sub(before);
    assert!(cost < 64 << 20, "{cost} bytes");
    for peer in &mut silent {
        peer.is_closed();
    }
    // There are places again.
    assert_eq!(Peer::open(address).ask(get("/customers/c")).status, 200);
    process.lives();
    stops(process);
}

#[test]
fn a_thousand_callers_at_once_are_all_served() {
    let host = Host::with_server(|server| server.max_connections(2000).header_timeout(LONG));
    let mut peers = Vec::new();
    for _ in 0..10 {
        peers.extend((0..100).map(|_| host.peer()));
        catches_up(host.address);
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
