//! What a provider has to withstand from the internet: slow, hostile, numerous and impolite peers, asked over raw TCP.
//!
//! Nothing here measures how fast a machine is. Deadlines are short ones that the tests set; that something happens late is shown by what has happened before.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

mod admission;
mod bodies;
mod connections;
mod deadlines;
mod ending;
mod faults;
mod flood;
mod heads;
mod health;
mod pipelining;
mod proxies;
mod routes;
mod settings;
mod smuggling;
mod timing;
