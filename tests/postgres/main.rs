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

mod cluster;
mod outage;
mod paging;
mod same_company;
mod together;

test_support::conformance_tests!(postgres_tests::instance::start);
