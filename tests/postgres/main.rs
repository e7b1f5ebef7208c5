//! Tests of the example `postgres`: it behaves like the example `acme`, and several instances that
//! share one database apply every action exactly once, also during faults.
//!
//! The tests start a PostgreSQL server in a temporary directory and stop it at the end. PostgreSQL
//! must be installed, so the tests only run if they are selected:
//!
//! ```text
//! cargo build -p postgres && cargo test -p postgres-tests --test postgres
//! ```

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod cluster;
mod outage;
mod paging;
mod same_company;
mod simulation;
mod two_instances;

test_support::conformance_tests!(postgres_tests::instance::start);
