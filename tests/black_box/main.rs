//! A client that knows Churnkey's protocol and nothing of the framework, against the example provider as a process.
//!
//! Everything asserted here follows from the protocol page. The manifest decides what to expect, so that the same client
//! would do for another provider with data in it. Each test starts a provider of its own, and ends it.
//!
//! ```text
//! cargo build -p acme && cargo test -p black-box-tests
//! ```

mod actions;
mod bad_input;
mod checker;
mod client;
mod guarded;
mod http;
mod manifest;
mod moment;
mod process;
mod reading;
mod snapshot;
mod walks;
