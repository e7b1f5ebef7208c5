//! Tests of the command line, from the arguments to the exit code.

mod diff;
mod gates;
#[cfg(target_os = "linux")]
mod interrupted;
pub(crate) mod program;
pub(crate) mod provider;
#[cfg(target_os = "linux")]
mod record;
#[cfg(target_os = "linux")]
mod replay;
mod reports;
mod secrets;
mod simulate;
#[cfg(target_os = "linux")]
mod terminal;
mod usage;
