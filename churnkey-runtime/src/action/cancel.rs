use super::request::request;
use super::schedule::Schedule;
use crate::model::id::{CustomerId, SubscriptionId};

request! {
    /// Cancel one subscription: `POST /churnkey/actions/subscription/cancel`. Protocol: **doc**.
    ///
    /// It may arrive twice: a subscription that is canceled already, or will be at the end of its
    /// period, is a success.
    pub struct Cancel = CANCEL (cancel) {
        /// The owner of the subscription; a subscription of another customer is not found.
        pub customer_id: CustomerId = "customerId",
        /// The subscription to cancel.
        pub subscription_id: SubscriptionId = "subscriptionId",
        /// The moment at which it ends.
        pub scheduled_at: Schedule = "scheduledAt" if schedules,
        ;
        /// End a pause first, so that a running subscription is canceled.
        unpause: bool = "unpause",
    }
}

request! {
    /// Cancel all subscriptions of a customer: `POST /churnkey/actions/customer/cancel`. Protocol:
    /// **doc**.
    ///
    /// Its schedules are those of [`Cancel`].
    pub struct CancelAll = CANCEL_ALL (cancel) {
        /// The owner of the subscriptions.
        pub customer_id: CustomerId = "customerId",
        /// The moment at which they end.
        pub scheduled_at: Schedule = "scheduledAt" if schedules,
        ;
        /// End pauses first.
        unpause: bool = "unpause",
    }
}
