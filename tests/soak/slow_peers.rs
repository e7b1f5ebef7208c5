//! Slow peers: each must be disconnected at its timeout, and must not affect other callers.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread::Scope;
use std::time::{Duration, Instant};

use crate::soak::{INSTANCES, Soak};
use crate::windows::Effect;
use test_support::read_reply;

/// Longer than the longest timeout of the server for a peer, plus a margin for a slow machine.
const MAX_DURATION: Duration = Duration::from_secs(150);

/// Requests at once of the peer that reads no response.
const UNREAD: usize = 10;

#[derive(Clone, Copy)]
enum Peer {
    SlowHead,
    SlowBody,
    /// A proxy that passes a body on as it arrives, without its length.
    SlowProxy,
    Silent,
    Idle,
    Reader,
}

/// The end of a slow peer.
enum End {
    /// The run ends first.
    NotYet,
    Answered(u16),
    Closed,
}

pub(crate) fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, soak: &'scope Soak) {
    for peer in [
        Peer::SlowHead,
        Peer::SlowBody,
        Peer::SlowProxy,
        Peer::Silent,
        Peer::Idle,
        Peer::Reader,
    ] {
        for first in INSTANCES {
            scope.spawn(move || {
                while soak.pause(Duration::from_secs(1)) {
                    run(soak, peer, first);
                }
            });
        }
    }
}

fn run(soak: &Soak, peer: Peer, instance: usize) {
    let since = Instant::now();
    let outcome = match peer.run(soak, instance) {
        Ok(End::NotYet) => return,
        Ok(End::Answered(status)) => status.to_string(),
        Ok(End::Closed) => "closed".to_owned(),
        Err(cause) => cause.to_string(),
    };
    let (what, expected, limit) = peer.expected();
    if outcome == expected && since.elapsed() >= limit {
        soak.tally
            .count("slow peer", &format!("{what}: {outcome}"), 1);
    } else if soak.windows.explain(Effect::Disconnected, instance, since) {
        soak.tally
            .count("slow peer", &format!("{what}: the instance ended"), 1);
    } else {
        let took = since.elapsed();
        soak.tally.violation(format!(
            "{what}: {outcome} after {took:.1?} of instance {instance}"
        ));
    }
}

impl Peer {
    /// Returns the behavior of the peer, the expected end, and the earliest time of the end, which
    /// follows from the limits in the documentation of `Server`.
    fn expected(self) -> (&'static str, &'static str, Duration) {
        let (what, expected, seconds) = match self {
            Self::SlowHead => ("one byte of a head a second", "408", 10),
            Self::SlowBody => ("one byte of a body a second", "408", 10),
            Self::SlowProxy => ("one byte of a chunked body a second", "408", 10),
            Self::Silent => ("nothing sent", "closed", 10),
            Self::Idle => ("nothing sent after a request", "closed", 75),
            Self::Reader => ("answers left unread", "closed", 30),
        };
        (what, expected, Duration::from_secs(seconds))
    }

    fn run(self, soak: &Soak, instance: usize) -> io::Result<End> {
        let mut stream = TcpStream::connect(soak.address(instance))?;
        stream.set_write_timeout(Some(Duration::from_secs(1)))?;
        match self {
            Self::Silent => {}
            Self::SlowHead => {
                let head = soak.request("GET", "/prices", "test").bytes();
                return drip(soak, stream, &head);
            }
            Self::SlowBody => {
                let head = soak.request("POST", "/actions/subscription/cancel", "test");
                stream.write_all(&head.header("content-length", "1000").bytes())?;
                return drip(soak, stream, &[b' '; 900]);
            }
            Self::SlowProxy => {
                let head = soak.request("POST", "/actions/subscription/cancel", "test");
                stream.write_all(&head.header("transfer-encoding", "chunked").bytes())?;
                return drip(soak, stream, &b"1\r\n \r\n".repeat(150));
            }
            Self::Idle => {
                let request = soak.request("GET", "/features", "test").bytes();
                stream.write_all(&request)?;
                stream.set_read_timeout(Some(MAX_DURATION))?;
                let response = read_reply(&stream)?;
                if response.status != 200 {
                    return Ok(End::Answered(response.status));
                }
            }
            Self::Reader => return leave_unread(soak, stream),
        }
        wait_for_the_end(soak, stream)
    }
}

/// Sends a byte per second until the server closes or responds.
fn drip(soak: &Soak, mut stream: TcpStream, bytes: &[u8]) -> io::Result<End> {
    stream.set_read_timeout(Some(Duration::from_millis(1)))?;
    for byte in bytes {
        if stream.peek(&mut [0]).is_ok() {
            break;
        }
        // A rejection is detected when the reply is read.
        stream.write_all(&[*byte]).ok();
        if !soak.pause(Duration::from_secs(1)) {
            return Ok(End::NotYet);
        }
    }
    stream.set_read_timeout(Some(MAX_DURATION))?;
    Ok(End::Answered(read_reply(&stream)?.status))
}

fn wait_for_the_end(soak: &Soak, mut stream: TcpStream) -> io::Result<End> {
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let began = Instant::now();
    while began.elapsed() < MAX_DURATION {
        match stream.read(&mut [0; 4096]) {
            Ok(0) => return Ok(End::Closed),
            Ok(_) => return Err(io::Error::other("unexpected bytes arrived")),
            Err(cause) if is_timeout(&cause) => {}
            Err(cause) => return Err(cause),
        }
        if soak.is_ending() {
            return Ok(End::NotYet);
        }
    }
    Err(io::Error::other("the server never closed the connection"))
}

/// Requests page after page and reads none, until all buffers are full and the instance closes the
/// connection. The test detects the close because no further bytes are sent.
fn leave_unread(soak: &Soak, mut stream: TcpStream) -> io::Result<End> {
    let mut rest = Vec::new();
    let began = Instant::now();
    while began.elapsed() < MAX_DURATION {
        if rest.is_empty() {
            // The request is built each time, because the token can have changed.
            let page = soak.request("GET", "/customers?limit=100", "test");
            rest = page.bytes().repeat(UNREAD);
        }
        match stream.write(&rest) {
            Ok(sent) => drop(rest.drain(..sent)),
            Err(cause) if is_timeout(&cause) => {}
            Err(_) => {
                stream.shutdown(Shutdown::Both).ok();
                return Ok(End::Closed);
            }
        }
        if !soak.pause(Duration::from_millis(100)) {
            return Ok(End::NotYet);
        }
    }
    Err(io::Error::other("the server never closed the connection"))
}

fn is_timeout(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
