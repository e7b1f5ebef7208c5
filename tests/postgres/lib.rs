//! A PostgreSQL of the tests' own, instances of the example `postgres` on it, and callers that send
//! actions to them.

#![cfg(unix)]
#![allow(missing_docs, reason = "the names of tests say what they show")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

pub mod accounts;
pub mod caller;
pub mod instance;
pub mod plan;
pub mod server;
pub mod session;
