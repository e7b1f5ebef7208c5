//! A provider with the fewest possible modules and one with all modules, both with the same
//! customer, to compare the cost of a request by the number of modules.

use axum::Router;
use churnkey::{Customer, Provider};

use crate::cases::TOKEN;
use crate::data;

mod all;
mod few;

/// The customer that the cases request.
fn customer() -> Customer {
    use serde::de::IgnoredAny;

    let data = data::read::<IgnoredAny, Customer, IgnoredAny, IgnoredAny>();
    data.customers.into_iter().next().expect("a customer")
}

/// Builds a router with three controllers and no actions.
pub fn few() -> Router {
    Provider::new(few::Billing(customer()), TOKEN).router()
}

/// Builds a router with six controllers, all their functions, and seven actions.
pub fn all() -> Router {
    Provider::new(all::Billing(customer()), TOKEN).router()
}
