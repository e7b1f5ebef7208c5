//! Shared by the test packages: an HTTP client that can send any bytes, a process harness, and a
//! client that checks Churnkey's protocol.

#![allow(missing_docs, reason = "the test names describe the behavior")]
#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

pub mod conformance;
mod connection;
mod disk;
mod integration;
#[cfg(feature = "log")]
pub mod log;
mod peer;
mod process;
mod reply;
mod request;

use std::thread;
use std::time::{Duration, Instant};

pub use connection::Connection;
pub use disk::SmallDisk;
#[cfg(feature = "log")]
pub use log::log_of;
pub use peer::{Peer, read_reply};
pub use process::{Ended, Output, PipeSwitch, Process, built, random_token, this_test};
pub use reply::Reply;
pub use request::{Request, encoded};

/// The limit of every wait: longer than any step of a test takes on a busy machine.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// Waits until a condition is true, up to the common timeout.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
