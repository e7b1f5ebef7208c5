//! Tests of running actions: each runs to its end, once and in its order, independently of its
//! callers.
//!
//! The functions of the provider under test wait for the test to resume them, so that each test
//! controls the order of events.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod action;
mod arguments;
mod bounds;
mod company;
mod database;
mod harness;
mod interleavings;
mod joining;
mod log;
#[cfg(unix)]
mod shutdown;
mod turns;
