use churnkey::model::{Discount, Metadata, PausePeriod};
use churnkey::{
    BillingCycle, CustomerId, Error, Price, Result, SubscriptionId, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

/// A subscription: its current state and its scheduled events.
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
    /// The time from which billing cycles are counted. Counting each cycle from the previous period
    /// would permanently move the billing day to the 28th after a short month.
    pub cycle_anchor: Timestamp,
    /// The number of cycles between the anchor and the current period.
    pub cycle_number: u32,
    pub period: SubscriptionPeriod,
    pub trial: Option<SubscriptionPeriod>,
    /// The scheduled end, if there is one.
    pub cancel_at: Option<Timestamp>,
    /// The current or the scheduled pause.
    pub pause: Option<Pause>,
    /// The scheduled change of price.
    pub next_price: Option<NextPrice>,
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub start: Timestamp,
    /// Exclusive; with `None` the pause lasts until it is ended by hand.
    pub end: Option<Timestamp>,
    /// The requested start and length, used to recognize a repeated request.
    pub request: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct NextPrice {
    pub price: Price,
    pub at: Timestamp,
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
            cycle_anchor: start,
            cycle_number: 0,
            period: trial.unwrap_or(SubscriptionPeriod::new(start, start)),
            trial,
            cancel_at: None,
            pause: None,
            next_price: None,
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
        if self.cancel_at.is_some() {
            return Err(Error::conflict(
                "the subscription is due to be canceled at the end of its period",
            ));
        }
        Ok(())
    }

    /// The model that Churnkey reads. It has no field for scheduled events.
    pub fn model(&self, discounts: Vec<Discount>) -> churnkey::Subscription {
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
        model.discounts = discounts;
        model.metadata = self.metadata.clone();
        model
    }

    fn status(&self) -> SubscriptionStatus {
        let status = match (self.state, &self.pause, self.trial) {
            (State::Canceled { at }, ..) => SubscriptionStatus::canceled(at),
            (State::Paused, Some(pause), _) => SubscriptionStatus::paused(pause.period()),
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
}

impl Pause {
    fn period(&self) -> PausePeriod {
        let period = PausePeriod::new(self.start);
        match self.end {
            Some(end) => period.end(end),
            None => period,
        }
    }
}
