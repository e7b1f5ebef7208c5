//! Tests of the verifier with hand-written providers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod broken;
