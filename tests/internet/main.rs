//! Resilience of a provider on the internet: slow, malicious, numerous and faulty peers over raw
//! TCP.
//!
//! The tests do not measure the speed of the machine. They set short timeouts, and they show that
//! an event is late by the events before it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

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
mod logging;
mod pipelining;
mod proxies;
mod routes;
mod settings;
mod smuggling;
mod timing;
