//! The data that Churnkey may read.

mod coupons;
mod customers;
mod families;
mod prices;
mod products;
mod subscriptions;
