//! The OpenAPI document against what the provider really serves: its paths, its answers, and the bodies that it accepts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod bodies;
mod document;
mod integrations;
mod models;
mod specification;
