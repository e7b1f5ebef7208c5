//! The requests of the retention service, and the answers of the model.

use std::fmt;

use churnkey_runtime::{CouponId, CustomerId, OfferDuration, PriceId, Schedule, SubscriptionId};

/// A request that changes subscriptions: one of the actions of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// The cancellation of one subscription, or of all.
    Cancel {
        /// The owner.
        customer: CustomerId,
        /// The subscription; `None` is the action for all of the customer's subscriptions.
        subscription: Option<SubscriptionId>,
        /// The time at which it takes effect.
        schedule: Schedule,
        /// True to end a pause first.
        unpause: bool,
    },
    /// A pause of one subscription, or of all.
    Pause {
        /// The owner.
        customer: CustomerId,
        /// The subscription; `None` is the action for all of the customer's subscriptions.
        subscription: Option<SubscriptionId>,
        /// The start of the pause.
        start: Schedule,
        /// The length, counted from the start.
        length: OfferDuration,
        /// The permission to pause an annual subscription. Absent means no for one subscription and
        /// yes for all, as in the protocol.
        allow_annual: Option<bool>,
    },
    /// The redemption of a coupon.
    ApplyCoupon {
        /// The owner.
        customer: CustomerId,
        /// The subscription.
        subscription: SubscriptionId,
        /// The coupon.
        coupon: CouponId,
    },
    /// A change of the price.
    ChangePrice {
        /// The owner.
        customer: CustomerId,
        /// The subscription.
        subscription: SubscriptionId,
        /// The new price.
        price: PriceId,
        /// The time at which it takes effect.
        schedule: Schedule,
        /// True to credit and charge the rest of the period.
        prorate: bool,
    },
    /// The extension of a trial.
    ExtendTrial {
        /// The owner.
        customer: CustomerId,
        /// The subscription.
        subscription: SubscriptionId,
        /// The length, counted from the current end of the trial, or the new end.
        length: OfferDuration,
    },
}

impl Request {
    /// The cancellation of one subscription at once.
    pub fn cancel(
        customer: impl Into<CustomerId>,
        subscription: impl Into<SubscriptionId>,
    ) -> Self {
        Self::Cancel {
            customer: customer.into(),
            subscription: Some(subscription.into()),
            schedule: Schedule::Immediate,
            unpause: false,
        }
    }

    /// The customer whose subscriptions are changed.
    pub fn customer(&self) -> &CustomerId {
        match self {
            Self::Cancel { customer, .. }
            | Self::Pause { customer, .. }
            | Self::ApplyCoupon { customer, .. }
            | Self::ChangePrice { customer, .. }
            | Self::ExtendTrial { customer, .. } => customer,
        }
    }

    /// The subscription that is changed; `None` for all of the customer's.
    pub fn subscription(&self) -> Option<&SubscriptionId> {
        match self {
            Self::Cancel { subscription, .. } | Self::Pause { subscription, .. } => {
                subscription.as_ref()
            }
            Self::ApplyCoupon { subscription, .. }
            | Self::ChangePrice { subscription, .. }
            | Self::ExtendTrial { subscription, .. } => Some(subscription),
        }
    }
}

/// The outcome of a request that is answered with success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Something was changed.
    Applied,
    /// Everything was as requested before (rule 25).
    Repeated,
}

/// The reason for which a request changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// 404: the customer, the subscription, the price or the coupon does not exist.
    NotFound(&'static str),
    /// 400: the request itself cannot be carried out.
    Invalid(&'static str),
    /// 409: the subscription is in a state that does not allow the change.
    Conflict(&'static str),
}

impl Refusal {
    /// The status of the answer.
    pub fn status(self) -> u16 {
        match self {
            Self::NotFound(_) => 404,
            Self::Invalid(_) => 400,
            Self::Conflict(_) => 409,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::NotFound(reason) | Self::Invalid(reason) | Self::Conflict(reason)) = self;
        f.write_str(reason)
    }
}

impl std::error::Error for Refusal {}
