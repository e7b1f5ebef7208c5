use super::request::request;
use super::schedule::Schedule;
use crate::model::id::{CustomerId, PriceId, SubscriptionId};

request! {
    /// Change the price of a subscription: `POST /churnkey/actions/subscription/change-price`.
    /// Protocol: **doc**.
    ///
    /// It may arrive twice: a subscription that has the price already, or will have it at the end
    /// of its period, is a success.
    pub struct ChangePrice = CHANGE_PRICE (change_price) {
        /// The owner of the subscription; a subscription of another customer is not found.
        pub customer_id: CustomerId = "customerId",
        /// The subscription to change.
        pub subscription_id: SubscriptionId = "subscriptionId",
        /// The new price.
        pub price_id: PriceId = "id",
        /// The moment at which it takes effect.
        pub scheduled_at: Schedule = "scheduledAt" if schedules,
        ;
        /// Settle the rest of the period at the new price. It is true only if the feature is on.
        prorate: bool = "prorate" if prorate,
    }
}
