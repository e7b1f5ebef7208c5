//! What the reading found, for those who need real ids after it.

use serde_json::Value;

/// A sample of a provider's data, each item as it came and without a fault.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// Ids of customers.
    pub(crate) customers: Vec<String>,
    /// Subscriptions, each with its customer's id.
    pub(crate) subscriptions: Vec<(String, Value)>,
    pub(crate) prices: Vec<Value>,
    pub(crate) coupons: Vec<Value>,
}
