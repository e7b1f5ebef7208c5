//! The program `churnkey` from outside: its commands, its page, and what it depends on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cli;
mod dashboard;
mod dependencies;
mod new;
mod other_language;
