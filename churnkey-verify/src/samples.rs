//! Sample data, which give later checks real ids.

use serde_json::Value;

/// A sample of a provider's data: items as received, without faults.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// Ids of customers.
    pub(crate) customers: Vec<String>,
    /// Subscriptions, each with the id of its customer.
    pub(crate) subscriptions: Vec<(String, Value)>,
    pub(crate) prices: Vec<Value>,
    pub(crate) coupons: Vec<Value>,
}
