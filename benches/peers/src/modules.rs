//! A provider of as few modules as there can be, and one of all there are, with the same customer: what a request costs by the number of modules.

use axum::Router;
use churnkey::{Customer, Provider};

use crate::cases::TOKEN;
use crate::data;

mod all;
mod few;

/// The customer whom the cases ask for.
fn customer() -> Customer {
    use serde::de::IgnoredAny;

    let data = data::read::<IgnoredAny, Customer, IgnoredAny, IgnoredAny>();
    data.customers.into_iter().next().expect("a customer")
}

/// Three controllers, and nothing else.
pub fn few() -> Router {
    Provider::new(few::Billing(customer()), TOKEN).router()
}

/// Six controllers with all their functions, and seven actions.
pub fn all() -> Router {
    Provider::new(all::Billing(customer()), TOKEN).router()
}
