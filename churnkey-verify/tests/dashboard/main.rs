//! The dashboard over HTTP: who gets in, what is shown, and what is done.

mod access;
mod actions;
mod desk;
mod live;
mod pages;
mod secrets;
#[allow(
    dead_code,
    reason = "it is shared with another test, which uses other parts of it"
)]
#[path = "../shop.rs"]
mod shop;
mod verification;
