//! A company: its prices, coupons, customers and subscriptions, its ledger, and its time.

use std::collections::BTreeMap;
use std::fmt;

use churnkey_runtime::{
    Coupon, CouponId, CustomerId, OfferDuration, Price, PriceId, Schedule, SubscriptionId,
    SubscriptionPeriod, Timestamp,
};

use super::calendar::day_of_month;
use super::discount::GivenDiscount;
use super::ledger::Entry;
use super::request::{Outcome, Refusal, Request};
use super::schedule::Books;
use super::subscription::{Paid, State, Subscription};

/// The whole model: everything that a provider keeps, at one moment.
#[derive(Clone, Debug)]
pub struct Company {
    now: Timestamp,
    prices: BTreeMap<PriceId, Price>,
    coupons: BTreeMap<CouponId, Coupon>,
    redemptions: BTreeMap<CouponId, u64>,
    customers: BTreeMap<CustomerId, Vec<GivenDiscount>>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    ledger: Vec<Entry>,
}

type Answer = Result<Outcome, Refusal>;

impl Company {
    /// A company without customers, at a moment.
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            prices: BTreeMap::new(),
            coupons: BTreeMap::new(),
            redemptions: BTreeMap::new(),
            customers: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            ledger: Vec::new(),
        }
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Adds a price, or replaces the one with the same id for later requests.
    pub fn add_price(&mut self, price: Price) {
        self.prices.insert(price.id.clone(), price);
    }

    /// Adds a coupon, with the redemptions that it has counted so far.
    pub fn add_coupon(&mut self, coupon: Coupon) {
        let redemptions = coupon.redemptions.unwrap_or_default().current;
        self.redemptions
            .insert(coupon.id.clone(), redemptions.unwrap_or_default());
        self.coupons.insert(coupon.id.clone(), coupon);
    }

    /// Adds a customer without subscriptions. A customer who is there stays as they are.
    pub fn add_customer(&mut self, id: impl Into<CustomerId>) {
        self.customers.entry(id.into()).or_default();
    }

    /// Gives a customer a discount on all subscriptions, from now on. It lasts for a span of time
    /// or for good: a discount that counts charges belongs to one subscription.
    ///
    /// # Errors
    ///
    /// The coupon counts charges.
    pub fn give_customer(
        &mut self,
        customer: impl Into<CustomerId>,
        coupon: Coupon,
    ) -> Result<(), Refusal> {
        let discount = GivenDiscount::new(coupon, self.now);
        if discount.charges_left.is_some() {
            return Err(Refusal::Invalid(
                "a coupon that counts charges is for one subscription",
            ));
        }
        let discounts = self.customers.entry(customer.into()).or_default();
        discounts.push(discount);
        Ok(())
    }

    /// Begins a subscription now, with its first charge, or with a trial.
    ///
    /// # Errors
    ///
    /// There is no such price.
    pub fn subscribe(
        &mut self,
        id: impl Into<SubscriptionId>,
        customer: impl Into<CustomerId>,
        price: impl Into<PriceId>,
        quantity: u64,
        trial_end: Option<Timestamp>,
    ) -> Result<(), UnknownPrice> {
        let price = price.into();
        let price = self
            .prices
            .get(&price)
            .cloned()
            .ok_or(UnknownPrice(price))?;
        let (now, customer) = (self.now, customer.into());
        self.add_customer(customer.clone());
        let trial = trial_end.map(|end| SubscriptionPeriod::new(now, end));
        let period = trial.unwrap_or(SubscriptionPeriod::new(now, now));
        let mut subscription = Subscription::new(id.into(), customer, price, quantity, period);
        subscription.trial = trial;
        match trial {
            Some(trial) => subscription.move_end(trial.end),
            None => {
                subscription.state = State::Running;
                let mut books = books(&mut self.ledger, &self.customers, &subscription.customer);
                subscription.restart_period(now, &mut books);
            }
        }
        self.subscriptions
            .insert(subscription.id.clone(), subscription);
        Ok(())
    }

    /// Adds a subscription in the state that a provider shows, with its current price. Returns
    /// `false` for a state that does not show enough: only an active subscription or a trial
    /// without discounts does. What is scheduled is never shown, so nothing may be, and the charge
    /// of the period is taken to be the list price.
    pub fn adopt(&mut self, shown: &churnkey_runtime::Subscription) -> bool {
        let (status, [item]) = (&shown.status, &shown.items[..]) else {
            return false;
        };
        let (state, period) = match (status.name(), status.trial_dates()) {
            ("trial", Some(trial)) => (State::Trial, Some(trial)),
            ("active", _) => (State::Running, status.current_period_dates()),
            _ => return false,
        };
        let Some(period) = period.filter(|period| period.end > self.now) else {
            return false;
        };
        if !shown.discounts.is_empty() {
            return false;
        }
        let time = period.end.unix_millis() - period.start.unix_millis();
        let mut subscription = Subscription::new(
            shown.id.clone(),
            shown.customer_id.clone(),
            item.price.clone(),
            item.quantity,
            period,
        );
        subscription.start = shown.start;
        subscription.state = state;
        subscription.trial = status.trial_dates();
        subscription.full_time = time;
        if state == State::Running {
            // After a short month, the start shows the billing day.
            subscription.billing_day = subscription.billing_day.max(day_of_month(period.start));
            subscription.paid = Paid {
                amount: subscription.list_price(&item.price),
                time,
            };
        }
        self.add_customer(shown.customer_id.clone());
        self.add_price(item.price.clone());
        self.subscriptions
            .insert(subscription.id.clone(), subscription);
        true
    }

    /// Marks the charge of the current period as failed and open, or as paid.
    pub fn set_unpaid(&mut self, subscription: &SubscriptionId, unpaid: bool) {
        if let Some(subscription) = self.subscriptions.get_mut(subscription) {
            subscription.unpaid = unpaid;
        }
    }

    /// Moves the time and carries out everything that is due by then. Time does not run backwards:
    /// an earlier moment changes nothing.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        for subscription in self.subscriptions.values_mut() {
            let mut books = books(&mut self.ledger, &self.customers, &subscription.customer);
            subscription.settle(self.now, &mut books);
        }
    }

    /// Carries out a request, or refuses it and changes nothing.
    ///
    /// # Errors
    ///
    /// The refusal, with its status.
    pub fn apply(&mut self, request: &Request) -> Answer {
        if !self.customers.contains_key(request.customer()) {
            return Err(Refusal::NotFound("there is no such customer"));
        }
        match request {
            Request::Cancel {
                customer,
                subscription,
                schedule,
                unpause,
            } => self.cancel(customer, subscription.as_ref(), *schedule, *unpause),
            Request::Pause {
                customer,
                subscription: Some(subscription),
                start,
                length,
                allow_annual,
            } => {
                let (now, allowed) = (self.now, *allow_annual == Some(true));
                self.change(customer, subscription, |one, _| {
                    one.pause(*start, *length, allowed, now)
                })
            }
            Request::Pause {
                customer,
                subscription: None,
                start,
                length,
                allow_annual,
            } => self.pause_all(customer, *start, *length, *allow_annual != Some(false)),
            Request::ApplyCoupon {
                customer,
                subscription,
                coupon,
            } => self.apply_coupon(customer, subscription, coupon),
            Request::ChangePrice {
                customer,
                subscription,
                price,
                schedule,
                prorate,
            } => {
                let (now, price) = (self.now, self.prices.get(price).cloned());
                self.change(customer, subscription, |one, books| {
                    let price = price.ok_or(Refusal::NotFound("there is no such price"))?;
                    one.change_price(price, *schedule, *prorate, now, books)
                })
            }
            Request::ExtendTrial {
                customer,
                subscription,
                length,
            } => {
                let now = self.now;
                self.change(customer, subscription, |one, _| {
                    one.extend_trial(*length, now)
                })
            }
        }
    }

    fn cancel(
        &mut self,
        customer: &CustomerId,
        subscription: Option<&SubscriptionId>,
        schedule: Schedule,
        unpause: bool,
    ) -> Answer {
        let now = self.now;
        let ids = match subscription {
            Some(id) => vec![id.clone()],
            None => self.ids_of(customer),
        };
        let mut outcome = Outcome::Repeated;
        for id in ids {
            let of_one = self.change(customer, &id, |one, books| {
                one.cancel(schedule, unpause, now, books)
            })?;
            if of_one == Outcome::Applied {
                outcome = Outcome::Applied;
            }
        }
        Ok(outcome)
    }

    /// Pauses all subscriptions that last and have no pause. If one cannot be paused, none is.
    fn pause_all(
        &mut self,
        customer: &CustomerId,
        start: Schedule,
        length: OfferDuration,
        allow_annual: bool,
    ) -> Answer {
        let (now, mut paused) = (self.now, Vec::new());
        for id in self.ids_of(customer) {
            let Some(one) = self.subscriptions.get(&id) else {
                continue;
            };
            if one.is_canceled() || one.cancels_at_period_end {
                continue;
            }
            if one.cycle().is_annual() && !allow_annual {
                return Err(Refusal::Invalid("an annual subscription needs permission"));
            }
            if one.pause.is_none() {
                let mut one = one.clone();
                one.pause(start, length, allow_annual, now)?;
                paused.push(one);
            }
        }
        let outcome = match paused.is_empty() {
            true => Outcome::Repeated,
            false => Outcome::Applied,
        };
        for one in paused {
            self.subscriptions.insert(one.id.clone(), one);
        }
        Ok(outcome)
    }

    fn apply_coupon(
        &mut self,
        customer: &CustomerId,
        subscription: &SubscriptionId,
        coupon: &CouponId,
    ) -> Answer {
        let (now, found) = (self.now, self.coupons.get(coupon).cloned());
        let redeemed = self.redemptions.get(coupon).copied().unwrap_or_default();
        let outcome = self.change(customer, subscription, |one, _| {
            let coupon = found.ok_or(Refusal::NotFound("there is no such coupon"))?;
            one.apply_coupon(&coupon, redeemed, now)
        })?;
        if outcome == Outcome::Applied {
            *self.redemptions.entry(coupon.clone()).or_default() += 1;
        }
        Ok(outcome)
    }

    fn change(
        &mut self,
        customer: &CustomerId,
        id: &SubscriptionId,
        rule: impl FnOnce(&mut Subscription, &mut Books<'_>) -> Answer,
    ) -> Answer {
        let found = self.subscriptions.get_mut(id);
        let subscription = found
            .filter(|subscription| subscription.customer == *customer)
            .ok_or(Refusal::NotFound("there is no such subscription"))?;
        let mut books = books(&mut self.ledger, &self.customers, customer);
        rule(subscription, &mut books)
    }

    fn ids_of(&self, customer: &CustomerId) -> Vec<SubscriptionId> {
        let of_customer = self.subscriptions_of(customer);
        of_customer.map(|one| one.id.clone()).collect()
    }

    /// A subscription at present.
    pub fn subscription(&self, id: &SubscriptionId) -> Option<&Subscription> {
        self.subscriptions.get(id)
    }

    /// The subscriptions of a customer at present, by their ids.
    pub fn subscriptions_of(&self, customer: &CustomerId) -> impl Iterator<Item = &Subscription> {
        let all = self.subscriptions.values();
        all.filter(move |subscription| subscription.customer == *customer)
    }

    /// The redemptions of a coupon so far.
    pub fn redemptions(&self, coupon: &CouponId) -> u64 {
        self.redemptions.get(coupon).copied().unwrap_or_default()
    }

    /// All charges and credits so far.
    pub fn ledger(&self) -> &[Entry] {
        &self.ledger
    }
}

fn books<'b>(
    ledger: &'b mut Vec<Entry>,
    customers: &'b BTreeMap<CustomerId, Vec<GivenDiscount>>,
    customer: &CustomerId,
) -> Books<'b> {
    Books {
        ledger,
        customer_discounts: customers.get(customer).map_or(&[], Vec::as_slice),
    }
}

/// The price of a subscription does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPrice(PriceId);

impl fmt::Display for UnknownPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no price `{}`", self.0.as_str())
    }
}

impl std::error::Error for UnknownPrice {}
