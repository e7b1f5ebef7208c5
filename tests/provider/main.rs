//! The behavior of the crate from outside: a provider written with the macros, called over a real
//! socket.
//!
//! All modules are one binary, because each additional binary links the whole server again.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

mod answers;
mod bad_input;
mod columns;
mod errors;
mod hygiene;
#[cfg(unix)]
mod listening;
mod manifest;
mod modes;
mod paging;
mod request_parts;
mod server;
mod testing;
mod wire;
