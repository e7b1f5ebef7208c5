//! A subscription of the model: its state and its scheduled changes.

use churnkey_runtime::model::{Discount, PausePeriod};
use churnkey_runtime::{
    BillingCycle, CustomerId, OfferDuration, Price, Schedule, SubscriptionId, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

use super::calendar::{billing_day_after_pause, day_of_month, end_of_cycles};
use super::discount::GivenDiscount;

/// A subscription: its present, and the changes that are due at the end of its period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscription {
    /// The id.
    pub id: SubscriptionId,
    /// The owner.
    pub customer: CustomerId,
    /// The price at present.
    pub price: Price,
    /// The quantity that is charged.
    pub quantity: u64,
    /// The time at which it began.
    pub start: Timestamp,
    /// The state at present.
    pub state: State,
    /// True if the charge of the period has failed and is still open.
    pub unpaid: bool,
    /// The current period. During a trial it is the trial.
    pub period: SubscriptionPeriod,
    /// The trial, also after its end.
    pub trial: Option<SubscriptionPeriod>,
    /// The pause: a running one, or one that starts at the end of the period.
    pub pause: Option<PlannedPause>,
    /// The price from the end of the period on.
    pub next_price: Option<Price>,
    /// True if the subscription ends with its period.
    pub cancels_at_period_end: bool,
    /// The discounts on this subscription, also those that have ended.
    pub discounts: Vec<GivenDiscount>,
    /// The day of the month on which periods end (rule 3).
    pub billing_day: u8,
    /// The last charge, and the time that it pays for.
    pub(super) paid: Paid,
    /// The time of the whole period in milliseconds, without pauses that extend it.
    pub(super) full_time: i64,
    /// The extensions of the trial: the length, and the time of the last one by this length.
    pub(super) extensions: Vec<(OfferDuration, Timestamp)>,
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Free of charge until the end of the trial.
    Trial,
    /// Charged at the start of each period.
    Running,
    /// Not charged.
    Paused,
    /// Over.
    Canceled {
        /// The time of the end.
        at: Timestamp,
    },
}

/// A pause as it was requested, and its dates once it has started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedPause {
    /// The requested start.
    pub start_at: Schedule,
    /// The requested length; `None` for a pause without an end, which no request can start.
    pub length: Option<OfferDuration>,
    /// The permission to pause an annual subscription.
    pub allow_annual: bool,
    /// The dates, once the pause runs.
    pub dates: Option<PausePeriod>,
    /// True if the end of the period was moved by the length of the pause (rule 14).
    pub extends_period: bool,
}

/// A charge, and the time in milliseconds that it pays for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Paid {
    pub(super) amount: i64,
    pub(super) time: i64,
}

impl Subscription {
    /// A trial without a charge, which lasts for the period.
    pub(super) fn new(
        id: SubscriptionId,
        customer: CustomerId,
        price: Price,
        quantity: u64,
        period: SubscriptionPeriod,
    ) -> Self {
        Self {
            id,
            customer,
            price,
            quantity,
            start: period.start,
            state: State::Trial,
            unpaid: false,
            period,
            trial: None,
            pause: None,
            next_price: None,
            cancels_at_period_end: false,
            discounts: Vec::new(),
            billing_day: day_of_month(period.end),
            paid: Paid::default(),
            full_time: 0,
            extensions: Vec::new(),
        }
    }

    /// The current billing cycle.
    pub fn cycle(&self) -> BillingCycle {
        self.price.duration
    }

    /// True once the subscription is over.
    pub fn is_canceled(&self) -> bool {
        matches!(self.state, State::Canceled { .. })
    }

    /// True while the trial runs, also during a pause: nothing was charged yet.
    pub fn is_tried_out(&self, at: Timestamp) -> bool {
        self.trial.is_some_and(|trial| at < trial.end)
    }

    /// The subscription as Churnkey reads it at this moment.
    pub fn model(&self, now: Timestamp) -> churnkey_runtime::Subscription {
        let item = SubscriptionItem::new(
            format!("item_{}", self.id.as_str()),
            self.price.clone(),
            self.quantity,
        );
        let mut model = churnkey_runtime::Subscription::new(
            self.id.clone(),
            self.customer.clone(),
            self.status(),
            self.start,
            self.cycle(),
            [item],
        );
        let current = self
            .discounts
            .iter()
            .filter(|discount| discount.is_current(now));
        model.discounts = current
            .map(|discount| {
                let mut model = Discount::new(discount.coupon.clone()).start(discount.start);
                model.end = self.end_of(discount);
                model
            })
            .collect();
        model
    }

    fn status(&self) -> SubscriptionStatus {
        let dates = self.pause.as_ref().and_then(|pause| pause.dates);
        let status = match (self.state, dates, self.trial) {
            (State::Canceled { at }, ..) => SubscriptionStatus::canceled(at),
            (State::Paused, Some(dates), _) => SubscriptionStatus::paused(dates),
            (State::Trial, _, Some(trial)) => SubscriptionStatus::trial(trial),
            _ if self.unpaid => SubscriptionStatus::unpaid(),
            _ => SubscriptionStatus::active(),
        };
        let status = status.current_period(self.period);
        match self.trial {
            Some(trial) => status.trial_period(trial),
            None => status,
        }
    }

    /// The exclusive end of a discount: the first charge that it does not reduce, as far as this is
    /// known today.
    fn end_of(&self, discount: &GivenDiscount) -> Option<Timestamp> {
        let Some(charges) = discount.charges_left else {
            return discount.end;
        };
        if discount.end.is_some() {
            return discount.end;
        }
        if self.cancels_at_period_end {
            return Some(self.period.end);
        }
        let (next, billing_day) = self.next_charge()?;
        if charges == 0 {
            return Some(next);
        }
        let cycle = match &self.next_price {
            Some(price) => price.duration,
            None => self.cycle(),
        };
        end_of_cycles(next, cycle, charges, billing_day)
    }

    /// The next charge and the billing day from then on. `None` if a pause has no end.
    fn next_charge(&self) -> Option<(Timestamp, u8)> {
        let period_end = self.period.end;
        let Some(pause) = &self.pause else {
            return Some((period_end, self.billing_day));
        };
        let (start, end) = match pause.dates {
            Some(dates) => (dates.start, dates.end?),
            None => (period_end, pause.length?.end_from(period_end)?),
        };
        if end <= period_end {
            return Some((period_end, self.billing_day));
        }
        let day = billing_day_after_pause(start, pause.length, end, self.billing_day);
        Some((end, day))
    }

    /// Ends the period early, but not before its start.
    pub(super) fn end_period(&mut self, at: Timestamp) {
        self.period.end = self.period.end.min(at).max(self.period.start);
        if let Some(pause) = &mut self.pause {
            pause.extends_period = false;
        }
        self.paid = Paid::default();
    }

    /// Moves the end of the period, and with it the billing day.
    pub(super) fn move_end(&mut self, end: Timestamp) {
        self.period.end = end;
        self.billing_day = day_of_month(end);
    }
}
