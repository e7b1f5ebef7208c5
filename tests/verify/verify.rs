//! What the verifier finds in providers by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod actions;
mod broken;
