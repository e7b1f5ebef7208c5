//! Verifies a Churnkey provider on your own machine, without an account and without a tunnel.
//!
//! In the tests of a provider in Rust, [`check`] verifies its router in process, without a socket.
//! If the provider has an error, the test fails and prints the report:
//!
//! ```no_run
//! # async fn billing() -> axum::Router { axum::Router::new() }
//! # async fn verified() {
//! let router: axum::Router = billing().await;
//! churnkey_verify::check(router).token("token").actions(true).await.unwrap();
//! # }
//! ```
//!
//! [`Verifier::run`] returns the [`Report`] even if the provider has errors:
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
//! A run only reads data, unless [`Verifier::actions`] allows changes, in test mode. [`CHECKS`] is
//! the table of all checks.
//!
//! [`simulate`] plays months of a retention service with the provider and with a reference model of
//! subscriptions, [`billing`], and compares the two after every request.
//!
//! With the feature `http`, `Verifier::of_url` verifies a provider behind a URL, which may be
//! written in any language. On the command line, use the program `churnkey` of the crate
//! `churnkey-cli`.

#![forbid(unsafe_code)]

mod actions;
mod auth;
mod baseline;
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
mod modes;
mod module;
mod printable;
mod random;
mod read;
mod report;
mod root_url;
mod samples;
mod session;
mod settings;
mod simulate;
mod verifier;

pub use baseline::{BadBaseline, Baseline, Judged, Place};
pub use check::{CHECKS, Cause, Check, Known, Severity};
pub use error::{CannotRun, Failed};
pub use event::Event;
pub use module::Module;
pub use report::{
    Change, CheckReport, Coverage, Finding, FindingPlace, ModuleReport, Outcome, Report, State,
    Unexercised,
};
pub use simulate::{
    CLOCK_HEADER, Failure, LedgerLine, NewSubscription, Simulated, Simulation, simulate,
};
pub use verifier::{Verifier, check};

/// The example of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
