//! What the example `acme` promises, asked over HTTP and looked up in its file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../examples/acme/acme.rs"]
#[allow(
    dead_code,
    reason = "the example's main function uses more of it than its tests do"
)]
mod acme;

mod apply_coupon;
mod audit;
mod cancel;
mod change_price;
mod company;
mod database;
mod extend_trial;
mod modes;
mod pause;
mod reading;
mod seed;
mod twice;
mod verify;
