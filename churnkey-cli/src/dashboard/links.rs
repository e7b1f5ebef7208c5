//! The addresses of the pages.

use churnkey_verify::Module;
use churnkey_verify::internal::encoded;

pub(super) fn customer_path(id: &str) -> String {
    format!("/customer?id={}", encoded(id))
}

/// The path of the page of a subscription.
pub(super) fn subscription_path(customer: &str, id: &str) -> String {
    format!(
        "/subscription?customer={}&id={}",
        encoded(customer),
        encoded(id)
    )
}

/// The path of the first step of the cancel flow: of one subscription, or of all subscriptions of a
/// customer.
pub(super) fn flow_path(customer: &str, subscription: Option<&str>) -> String {
    let customer = encoded(customer);
    match subscription {
        Some(id) => format!("/flow?customer={customer}&subscription={}", encoded(id)),
        None => format!("/flow?customer={customer}"),
    }
}

/// The path of the page with all items of a module of the catalogue.
pub(super) fn list_path(module: Module) -> String {
    format!("/catalogue/{module}")
}

/// The path of the page of an item of the catalogue.
pub(super) fn item_path(module: Module, id: &str) -> String {
    format!("/catalogue/{module}/item?id={}", encoded(id))
}
