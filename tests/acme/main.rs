//! What the example `acme` promises, asked over HTTP and looked up in its file.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

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
