//! What the example `postgres` promises: that it is the company of the example `acme`, and that several instances of it behind
//! one database carry out every action once, whatever fails.
//!
//! The tests start a PostgreSQL of their own, in a temporary directory, and stop it at the end. It must be installed, which is why
//! they run only when they are named:
//!
//! ```text
//! cargo build -p postgres && cargo test -p postgres-tests --test postgres
//! ```

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accounts;
mod caller;
mod cluster;
mod outage;
mod paging;
mod plan;
#[allow(dead_code, reason = "the soak uses the rest")]
mod process;
mod same_company;
mod server;
mod session;
mod together;

/// The client that knows the protocol and nothing of the example: what it asks of `acme`, it asks of this one.
#[path = "../black_box/actions.rs"]
mod actions;
#[path = "../black_box/bad_input/mod.rs"]
mod bad_input;
#[path = "../black_box/checker.rs"]
mod checker;
#[path = "../black_box/client.rs"]
mod client;
#[path = "../black_box/guarded.rs"]
mod guarded;
#[path = "../black_box/http.rs"]
mod http;
#[path = "../black_box/manifest.rs"]
mod manifest;
#[path = "../black_box/moment.rs"]
mod moment;
#[path = "../black_box/reading.rs"]
mod reading;
#[path = "../black_box/snapshot.rs"]
mod snapshot;
#[path = "../black_box/walks.rs"]
mod walks;
