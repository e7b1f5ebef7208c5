//! A PostgreSQL server for the tests, instances of the example `postgres` that use it, and callers
//! that send actions to them.

#![cfg(unix)]
#![allow(missing_docs, reason = "the test names describe the behavior")]
#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

pub mod caller;
pub mod consistency;
pub mod instance;
pub mod plan;
pub mod server;
pub mod session;
