//! Tests of the command line, from the arguments to the exit code.

#[cfg(target_os = "linux")]
mod interrupted;
mod program;
mod provider;
#[cfg(target_os = "linux")]
mod record;
mod reports;
mod secrets;
#[cfg(target_os = "linux")]
mod terminal;
mod usage;
