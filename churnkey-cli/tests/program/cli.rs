//! The program `churnkey`, from its arguments to its exit code.

#[cfg(target_os = "linux")]
mod interrupted;
mod program;
mod provider;
mod reports;
mod secrets;
#[cfg(target_os = "linux")]
mod terminal;
mod usage;
