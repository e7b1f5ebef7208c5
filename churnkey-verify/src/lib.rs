//! Verifies a Churnkey provider on your own machine, without an account and without a tunnel.
//!
//! In the tests of a provider in Rust, [`check`] verifies its router in process, without a socket. A provider that is not good fails the test,
//! which prints the report:
//!
//! ```no_run
//! # async fn billing() -> axum::Router { axum::Router::new() }
//! # async fn verified() {
//! let router: axum::Router = billing().await;
//! churnkey_verify::check(router).token("token").actions(true).await.unwrap();
//! # }
//! ```
//!
//! [`Verifier::run`] gives the [`Report`] itself, also of a faulty provider:
//!
//! ```
//! # use churnkey_verify::Severity;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), churnkey_verify::CannotRun> {
//! let nothing = axum::Router::new();
//! let report = churnkey_verify::check(nothing).token("token").run().await?;
//!
//! assert!(!report.is_good(false));
//! assert_eq!(report.findings[0].id, "manifest.endpoint");
//! assert_eq!(report.count(Severity::Error), 1);
//! println!("{report}");
//! # Ok(())
//! # }
//! ```
//!
//! It reads, and it changes data only with [`Verifier::actions`], in test mode. [`CHECKS`] is the table of all that is checked.
//!
//! With the feature `http`, `Verifier::of_url` verifies a provider behind a URL, in any language. The program
//! `churnkey`, of the crate `churnkey-cli`, does so on the command line.

#![forbid(unsafe_code)]

mod actions;
mod auth;
pub mod billing;
mod check;
mod client;
mod error;
mod event;
#[cfg(test)]
mod golden;
#[doc(hidden)]
pub mod internal;
mod kind;
mod manifest;
mod model;
mod printable;
mod random;
mod read;
mod report;
mod samples;
mod session;
mod settings;
mod simulate;
mod verifier;

pub use check::{CHECKS, Cause, Check, Known, Module, Severity};
pub use error::{CannotRun, Failed};
pub use event::Event;
pub use report::{Change, CheckReport, Finding, ModuleReport, Outcome, Report, State};
pub use simulate::{
    CLOCK_HEADER, Failure, LedgerLine, NewSubscription, Simulated, Simulation, simulate,
};
pub use verifier::{Verifier, check};

/// The example of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
