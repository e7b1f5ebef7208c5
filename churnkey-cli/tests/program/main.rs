//! Tests of the program `churnkey` from outside: its commands, its page and its dependencies.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(target_os = "linux")]
mod action;
mod cli;
mod dashboard;
mod dependencies;
#[cfg(target_os = "linux")]
mod dev;
mod new;
mod other_language;
