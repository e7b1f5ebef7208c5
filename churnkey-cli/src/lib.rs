//! The program `churnkey`, as a library for its own tests. It is no public interface and may change with every release:
//! the checks for tests of your own are in the crate `churnkey-verify`.

#![forbid(unsafe_code)]

mod cli;
#[doc(hidden)]
pub mod dashboard;
#[doc(hidden)]
pub mod new;
mod report;

pub use cli::main;
