use super::request::request;
use super::schedule::Schedule;
use crate::error::{Error, Result};
use crate::model::billing_cycle::BillingCycle;
use crate::model::duration::OfferDuration;
use crate::model::id::{CustomerId, SubscriptionId};

request! {
    /// Pause one subscription: `POST /churnkey/actions/subscription/pause`. Protocol: **doc**.
    ///
    /// The length of the pause comes from [`permit`](Self::permit).
    ///
    /// It may arrive twice: a subscription that is paused like this already is a success, and its
    /// pause does not grow.
    pub struct Pause = PAUSE (pause) {
        /// The owner of the subscription; a subscription of another customer is not found.
        pub customer_id: CustomerId = "customerId",
        /// The subscription to pause.
        pub subscription_id: SubscriptionId = "subscriptionId",
        /// The moment at which the pause starts.
        pub start_at: Schedule = "startAt" if start_dates,
        /// The length of the pause, counted from its start.
        duration: OfferDuration = "duration" if durations,
        ;
        /// Permission to pause an annual subscription. It is true only if the feature is on.
        allow_annual: bool = "allowAnnual" if allow_annual,
    }
}

request! {
    /// Pause all subscriptions of a customer: `POST /churnkey/actions/customer/pause`. Protocol:
    /// **doc**.
    ///
    /// Its options are those of [`Pause`]. The length of each pause comes from
    /// [`permit`](Self::permit).
    pub struct PauseAll = PAUSE_ALL (pause) {
        /// The owner of the subscriptions.
        pub customer_id: CustomerId = "customerId",
        /// The moment at which the pauses start.
        pub start_at: Schedule = "startAt" if start_dates,
        /// The length of the pauses, counted from their start.
        duration: OfferDuration = "duration" if durations,
        ;
        /// Permission to pause annual subscriptions. It is true only if the feature is on.
        allow_annual: bool = "allowAnnual" if allow_annual,
    }
}

impl Pause {
    /// The length of the pause, counted from [`start_at`](Self::start_at), for a subscription with
    /// this billing cycle.
    ///
    /// Pass the cycle that the subscription has inside the transaction that changes it.
    ///
    /// # Errors
    ///
    /// 400 if the cycle is annual and the request does not allow that. Protocol: **doc**.
    pub fn permit(&self, cycle: &BillingCycle) -> Result<OfferDuration> {
        permit(self.duration, self.allow_annual == Some(true), cycle)
    }
}

impl PauseAll {
    /// The length of the pause, counted from [`start_at`](Self::start_at), of a subscription with
    /// this billing cycle.
    ///
    /// # Errors
    ///
    /// 400 if the cycle is annual and the request forbids that. An absent `allowAnnual` does not,
    /// because Churnkey probably never sends it here (**assumed**).
    pub fn permit(&self, cycle: &BillingCycle) -> Result<OfferDuration> {
        permit(self.duration, self.allow_annual != Some(false), cycle)
    }
}

fn permit(
    duration: OfferDuration,
    allow_annual: bool,
    cycle: &BillingCycle,
) -> Result<OfferDuration> {
    if cycle.is_annual() && !allow_annual {
        return Err(Error::bad_request(
            "`allowAnnual` must be true to pause an annual subscription",
        ));
    }
    Ok(duration)
}
