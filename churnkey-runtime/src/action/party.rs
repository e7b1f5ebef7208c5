//! The parties of an action, by which actions wait for one another.

use crate::model::id::{CustomerId, SubscriptionId};

/// A customer or a subscription that an action changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    Customer(CustomerId),
    Subscription(SubscriptionId),
}
