//! A provider in memory without the library `churnkey`, for the tests of the dashboard.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod books;
mod shop;

pub use books::{Books, day};
pub use shop::{Fault, Shop, TOKEN};
