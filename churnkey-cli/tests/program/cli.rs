//! Tests of the command line, from the arguments to the exit code.

#[cfg(target_os = "linux")]
mod interrupted;
mod program;
mod provider;
#[cfg(target_os = "linux")]
mod record;
mod reports;
mod secrets;
mod simulate;
#[cfg(target_os = "linux")]
mod terminal;
mod usage;
