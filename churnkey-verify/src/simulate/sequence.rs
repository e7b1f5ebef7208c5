//! A sequence: the customers who are there, and what happens to them. It is data, so that a failing
//! one can be stored and played again.

use churnkey_runtime::{
    CouponId, CustomerId, OfferDuration, PriceId, Schedule, SubscriptionId, TimeUnit, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::billing::Request;

/// A course of events, which begins with new customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sequence {
    /// The time of the arrivals.
    pub(super) start: Timestamp,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) steps: Vec<Step>,
}

/// A subscription that begins with the sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arrival {
    /// The number of the owner.
    pub(super) customer: usize,
    pub(super) price: PriceId,
    pub(super) quantity: u64,
    /// The length of the trial; no trial if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trial_days: Option<u32>,
    /// True if the first charge has failed.
    pub(super) unpaid: bool,
}

/// A request after a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pub(super) wait: Wait,
    /// The number of the arrival that the request is about.
    pub(super) target: usize,
    pub(super) plan: Plan,
    pub(super) sending: Sending,
}

/// The time before a request. Times that depend on the subscription are resolved by the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Wait {
    None,
    Minutes(u32),
    Days(u32),
    /// Until the end of the period.
    PeriodEnd,
    /// Until a millisecond before the end of the period.
    BeforePeriodEnd,
    /// Until the end of the pause.
    PauseEnd,
}

/// A request without ids and dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Plan {
    /// Only time passes, and everything is read.
    Read,
    Cancel {
        at: When,
        unpause: bool,
        all: bool,
    },
    Pause {
        at: When,
        length: Length,
        #[serde(skip_serializing_if = "Option::is_none")]
        allow_annual: Option<bool>,
        all: bool,
    },
    ApplyCoupon {
        coupon: CouponId,
    },
    ChangePrice {
        price: PriceId,
        at: When,
        prorate: bool,
    },
    ExtendTrial {
        length: Length,
    },
}

impl Plan {
    /// The request at a moment; `None` if nothing is requested.
    pub(super) fn request(
        &self,
        customer: &CustomerId,
        subscription: &SubscriptionId,
        now: Timestamp,
    ) -> Option<Request> {
        let customer = customer.clone();
        let one_of = |all: bool| (!all).then(|| subscription.clone());
        let subscription = subscription.clone();
        Some(match self.clone() {
            Plan::Read => return None,
            Plan::Cancel { at, unpause, all } => Request::Cancel {
                customer,
                subscription: one_of(all),
                schedule: at.into(),
                unpause,
            },
            Plan::Pause {
                at,
                length,
                allow_annual,
                all,
            } => Request::Pause {
                customer,
                subscription: one_of(all),
                start: at.into(),
                length: length.resolved(now),
                allow_annual,
            },
            Plan::ApplyCoupon { coupon } => Request::ApplyCoupon {
                customer,
                subscription,
                coupon,
            },
            Plan::ChangePrice { price, at, prorate } => Request::ChangePrice {
                customer,
                subscription,
                price,
                schedule: at.into(),
                prorate,
            },
            Plan::ExtendTrial { length } => Request::ExtendTrial {
                customer,
                subscription,
                length: length.resolved(now),
            },
        })
    }
}

/// The time at which a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum When {
    Immediate,
    EndOfPeriod,
}

impl From<When> for Schedule {
    fn from(when: When) -> Self {
        match when {
            When::Immediate => Self::Immediate,
            When::EndOfPeriod => Self::EndOfPeriod,
        }
    }
}

/// A length whose date, if it has one, is relative to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Length {
    Period {
        amount: u32,
        unit: TimeUnit,
    },
    /// Until the same time of day, a number of days after the request.
    UntilDays(u32),
}

impl Length {
    pub(super) fn resolved(self, now: Timestamp) -> OfferDuration {
        match self {
            Self::Period { amount, unit } => OfferDuration::Period { amount, unit },
            Self::UntilDays(days) => {
                OfferDuration::Date(now.plus(days, TimeUnit::Day).unwrap_or(now))
            }
        }
    }
}

/// The way in which a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Sending {
    Once,
    /// Sent again after the answer.
    Twice,
    /// Sent twice at the same time.
    Together,
    /// The caller hangs up, and sends it again.
    HangUp,
    /// Sent in live mode, in which the customer does not exist.
    OtherMode,
    /// Sent after the provider was killed and started again.
    AfterRestart,
    /// Sent, interrupted by a kill after this time, and sent again after the restart.
    Killed {
        millis: u8,
    },
}
