use churnkey::model::{Discount, Metadata, MinorUnits, PausePeriod};
use churnkey::{
    BillingCycle, CustomerId, Error, OfferDuration, Price, Result, Schedule, SubscriptionId,
    SubscriptionItem, SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

use super::Grant;
use super::calendar::{billing_day_after, day_of_month, end_of_cycles};

/// A subscription: its current state, and its scheduled events.
///
/// An event at the end of the period is stored without a date. It is due when the period ends, also
/// if the end moves after the event was scheduled.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub customer_id: CustomerId,
    pub price: Price,
    pub quantity: u64,
    pub started_at: Timestamp,
    pub state: State,
    /// True if a charge has failed and is still open. It stays open during a pause.
    pub unpaid: bool,
    /// The day of the month on which periods end, in months that have it.
    pub billing_day: u8,
    pub period: SubscriptionPeriod,
    /// The time of the whole period, without a pause that extends it.
    pub period_millis: i64,
    /// The last charge. Zero during a trial.
    pub paid: Paid,
    pub trial: Option<SubscriptionPeriod>,
    /// True if the subscription is canceled at the end of the period.
    pub ends_with_period: bool,
    /// The current or the scheduled pause.
    pub pause: Option<Pause>,
    /// The price from the end of the period on, if a change is scheduled.
    pub next_price: Option<Price>,
    /// The discounts on this subscription, also those that have ended.
    pub discounts: Vec<Grant>,
    /// The discounts on everything that the customer buys.
    pub customer_discounts: Vec<Grant>,
    pub metadata: Metadata,
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Trial,
    Running,
    Paused,
    Canceled { at: Timestamp },
}

/// A charge, and the time that it pays for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    pub amount: MinorUnits,
    pub millis: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The requested start and length, used to recognize a repeated request. A pause without a
    /// length lasts until it is ended by hand.
    pub start_at: Schedule,
    pub length: Option<OfferDuration>,
    /// The permission to pause an annual subscription.
    pub allow_annual: bool,
    /// `None` until the pause starts.
    pub start: Option<Timestamp>,
    /// Exclusive.
    pub end: Option<Timestamp>,
    /// True if the pause has moved the end of the period.
    pub extends_period: bool,
}

impl Subscription {
    /// Creates a subscription that begins with its first period, or with a trial followed by its
    /// first period.
    pub fn begin(
        id: impl Into<SubscriptionId>,
        customer_id: impl Into<CustomerId>,
        price: Price,
        quantity: u64,
        start: Timestamp,
        trial_end: Option<Timestamp>,
    ) -> Result<Self> {
        let trial = trial_end.map(|end| SubscriptionPeriod::new(start, end));
        let mut subscription = Self {
            id: id.into(),
            customer_id: customer_id.into(),
            price,
            quantity,
            started_at: start,
            state: State::Trial,
            unpaid: false,
            billing_day: day_of_month(trial_end.unwrap_or(start))?,
            period: trial.unwrap_or(SubscriptionPeriod::new(start, start)),
            period_millis: 0,
            paid: Paid::default(),
            trial,
            ends_with_period: false,
            pause: None,
            next_price: None,
            discounts: Vec::new(),
            customer_discounts: Vec::new(),
            metadata: Metadata::new(),
        };
        if trial.is_none() {
            subscription.state = State::Running;
            subscription.begin_period(start)?;
        }
        Ok(subscription)
    }

    pub fn cycle(&self) -> BillingCycle {
        self.price.duration
    }

    pub fn is_canceled(&self) -> bool {
        matches!(self.state, State::Canceled { .. })
    }

    /// Returns a 409 if the subscription is canceled or due to be canceled, because then it can no
    /// longer be changed.
    pub(super) fn require_lasting(&self) -> Result<()> {
        if self.is_canceled() {
            return Err(Error::conflict("the subscription is canceled"));
        }
        if self.ends_with_period {
            return Err(Error::conflict(
                "the subscription is due to be canceled at the end of its period",
            ));
        }
        Ok(())
    }

    /// The model that Churnkey reads. It has no field for scheduled events.
    pub fn model(&self, now: Timestamp) -> Result<churnkey::Subscription> {
        let item = SubscriptionItem::new(
            format!("item_{}", self.id),
            self.price.clone(),
            self.quantity,
        );
        let (id, customer) = (self.id.clone(), self.customer_id.clone());
        let mut model = churnkey::Subscription::new(
            id,
            customer,
            self.status(),
            self.started_at,
            self.cycle(),
            [item],
        );
        for grant in self.discounts.iter().filter(|grant| grant.is_current(now)) {
            let mut discount = Discount::new(grant.coupon.clone()).start(grant.start);
            discount.end = self.end_of_discount(grant)?;
            model.discounts.push(discount);
        }
        model.metadata = self.metadata.clone();
        Ok(model)
    }

    fn status(&self) -> SubscriptionStatus {
        let pause = self.pause.as_ref().and_then(Pause::period);
        let status = match (self.state, pause, self.trial) {
            (State::Canceled { at }, ..) => SubscriptionStatus::canceled(at),
            (State::Paused, Some(pause), _) => SubscriptionStatus::paused(pause),
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

    /// The exclusive end of a current discount: for a number of charges the first charge that it
    /// does not reduce, as far as this is known today. `None` if it is not, or after the year 9999.
    fn end_of_discount(&self, grant: &Grant) -> Result<Option<Timestamp>> {
        let Some(charges) = grant.charges_left.filter(|_| grant.end.is_none()) else {
            return Ok(grant.end);
        };
        if self.ends_with_period {
            return Ok(Some(self.period.end));
        }
        let Some((next_charge, billing_day)) = self.next_charge()? else {
            return Ok(None);
        };
        if charges == 0 {
            return Ok(Some(next_charge));
        }
        let price = self.next_price.as_ref().unwrap_or(&self.price);
        end_of_cycles(next_charge, price.duration, charges, billing_day)
    }

    /// The next charge, and the billing day from then on. `None` if a pause has no end.
    fn next_charge(&self) -> Result<Option<(Timestamp, u8)>> {
        let period_end = self.period.end;
        let at_period_end = Ok(Some((period_end, self.billing_day)));
        let Some(pause) = &self.pause else {
            return at_period_end;
        };
        let start = pause.start.unwrap_or(period_end);
        let end = match pause.start {
            Some(_) => pause.end,
            None => pause.length.and_then(|length| length.end_from(start)),
        };
        match end {
            None => Ok(None),
            Some(end) if end <= period_end => at_period_end,
            Some(end) => {
                let day = billing_day_after(start, pause.length, end, self.billing_day)?;
                Ok(Some((end, day)))
            }
        }
    }
}

impl Pause {
    /// The dates of a pause that has started.
    fn period(&self) -> Option<PausePeriod> {
        let period = PausePeriod::new(self.start?);
        Some(match self.end {
            Some(end) => period.end(end),
            None => period,
        })
    }
}
