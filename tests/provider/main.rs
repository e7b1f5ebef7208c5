//! What the crate promises, seen from outside: a provider written with the macros, asked over a real socket.
//!
//! One binary, because each further one links the whole server again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

mod answers;
mod bad_input;
mod hygiene;
mod manifest;
mod paging;
mod request_parts;
mod server;
mod wire;
