//! The OpenAPI document against what the provider really serves: its paths, its answers, and the bodies that it accepts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../examples/acme/acme.rs"]
#[allow(
    dead_code,
    reason = "the example's main function uses more of it than its tests do"
)]
mod acme;

#[path = "../provider/support/integration.rs"]
#[macro_use]
mod integration;

mod answers;
mod bodies;
mod document;
mod integrations;
mod models;
mod specification;
