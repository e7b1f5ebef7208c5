//! The program `churnkey`, as a library for its own tests. This is not a public interface and may
//! change with every release. To check a provider in your own tests, use the crate
//! `churnkey-verify`.

#![forbid(unsafe_code)]

mod assumed;
mod cli;
mod comparison;
#[doc(hidden)]
pub mod dashboard;
mod diff;
mod features;
mod gates;
#[doc(hidden)]
pub mod new;
mod news;
mod proxy;
mod recording;
mod replay;
mod report;
mod side;

pub use cli::main;
