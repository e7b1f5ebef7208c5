//! Verifies a Churnkey provider on your own machine: in tests, on the command line, in a browser. No account, no tunnel, and the provider may be
//! written in any language.

#![forbid(unsafe_code)]

mod auth;
mod check;
#[cfg(feature = "cli")]
pub mod cli;
mod client;
#[cfg(feature = "cli")]
pub mod dashboard;
mod event;
mod found;
#[cfg(test)]
mod held;
mod manifest;
mod model;
mod printable;
mod read;
mod report;
mod session;
mod verifier;

pub use check::{CHECKS, Cause, Check, Known, Module, Severity};
pub use event::Event;
pub use report::{Change, CheckReport, Finding, ModuleReport, Outcome, Report, State};
pub use verifier::{CannotRun, Failed, Verifier, check};
