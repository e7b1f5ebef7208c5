use super::request::request;
use crate::model::duration::OfferDuration;
use crate::model::id::{CustomerId, SubscriptionId};

request! {
    /// Extend the trial of a subscription: `POST /churnkey/actions/subscription/extend-trial`.
    /// Protocol: **doc**.
    ///
    /// It may arrive twice, and nothing in it distinguishes a repetition from a second extension:
    /// record what you have applied.
    pub struct ExtendTrial = EXTEND_TRIAL (extend_trial) {
        /// The owner of the subscription; a subscription of another customer is not found.
        pub customer_id: CustomerId = "customerId",
        /// The subscription whose trial is extended.
        pub subscription_id: SubscriptionId = "subscriptionId",
        /// The extension, counted from the present end of the trial, or the new end.
        pub duration: OfferDuration = "duration" if durations,
    }
}
