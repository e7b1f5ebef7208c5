//! The OpenAPI document against the served provider: its paths, its responses, and the bodies that
//! it accepts.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod answers;
mod bodies;
mod document;
mod integrations;
mod models;
mod specification;
