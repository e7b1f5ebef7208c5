//! Tests of the example `acme`: they send requests over HTTP and check its database file.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod apply_coupon;
mod audit;
mod cancel;
mod change_price;
mod company;
mod database;
mod extend_trial;
mod full_disk;
mod killed;
mod modes;
mod money;
mod pause;
mod reading;
mod same_moment;
mod seed;
mod simulation;
mod twice;
