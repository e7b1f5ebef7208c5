//! What becomes of an action: it runs to its end, once, and in its turn, whatever its callers do.
//!
//! The functions of the provider under test go on only when they are told to, so that each test chooses what happens while they run.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod action;
mod books;
mod bounds;
mod company;
mod interleavings;
mod joining;
mod log;
mod office;
#[cfg(unix)]
mod shutdown;
mod turns;
