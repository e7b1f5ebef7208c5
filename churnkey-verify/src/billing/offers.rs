//! The rules of each action, for one subscription. The subscription is settled before.

use churnkey_runtime::model::CouponValue;
use churnkey_runtime::{
    Coupon, OfferDuration, Price, Schedule, SubscriptionPeriod, TimeUnit, Timestamp,
};

use super::calendar::{day_of_month, end_of_cycles};
use super::discount::{GivenDiscount, discounted};
use super::ledger::{Entry, EntryKind, share};
use super::request::{Outcome, Refusal};
use super::schedule::Books;
use super::subscription::{Paid, PlannedPause, State, Subscription};

/// The time within which an extension by the same length is a repetition (rule 25).
const SAME_REQUEST_WITHIN: OfferDuration = OfferDuration::Period {
    amount: 1,
    unit: TimeUnit::Day,
};

type Result = std::result::Result<Outcome, Refusal>;

impl Subscription {
    /// Rule 10: a subscription that is over or about to end takes no offer.
    fn require_lasting(&self) -> std::result::Result<(), Refusal> {
        match self.is_canceled() || self.cancels_at_period_end {
            true => Err(Refusal::Conflict(
                "the subscription is canceled or about to end",
            )),
            false => Ok(()),
        }
    }

    /// Rule 6: a new end of the period must leave room for the scheduled pause.
    fn require_room(&self, end: Timestamp) -> std::result::Result<(), Refusal> {
        let scheduled = self.pause.as_ref().filter(|pause| pause.dates.is_none());
        let length = scheduled.and_then(|pause| pause.length);
        match length.is_some_and(|length| length.end_from(end).is_none()) {
            true => Err(Refusal::Conflict(
                "the scheduled pause would end before it starts",
            )),
            false => Ok(()),
        }
    }

    pub(super) fn cancel(
        &mut self,
        schedule: Schedule,
        unpause: bool,
        now: Timestamp,
        books: &mut Books<'_>,
    ) -> Result {
        if self.is_canceled() {
            return Ok(Outcome::Repeated);
        }
        let at_end = schedule == Schedule::EndOfPeriod;
        let resumes = at_end && unpause && self.state == State::Paused;
        if resumes {
            self.resume(now, books);
        }
        if !at_end || self.period.end <= now {
            self.end(now);
            return Ok(Outcome::Applied);
        }
        if self.cancels_at_period_end && !resumes {
            return Ok(Outcome::Repeated);
        }
        self.cancels_at_period_end = true;
        Ok(Outcome::Applied)
    }

    pub(super) fn pause(
        &mut self,
        start_at: Schedule,
        length: OfferDuration,
        allow_annual: bool,
        now: Timestamp,
    ) -> Result {
        if self.cycle().is_annual() && !allow_annual {
            return Err(Refusal::Invalid("an annual subscription needs permission"));
        }
        match &self.pause {
            Some(pause) if pause.start_at == start_at && pause.length == Some(length) => {
                return Ok(Outcome::Repeated);
            }
            Some(_) => return Err(Refusal::Conflict("there is another pause")),
            None => self.require_lasting()?,
        }
        let start = match start_at {
            Schedule::Immediate => now,
            Schedule::EndOfPeriod => self.period.end,
        };
        if length.end_from(start).is_none() {
            return Err(Refusal::Invalid("the pause would end before it starts"));
        }
        self.pause = Some(PlannedPause {
            start_at,
            length: Some(length),
            allow_annual,
            dates: None,
            extends_period: false,
        });
        if start_at == Schedule::Immediate {
            self.start_pause(now);
        }
        Ok(Outcome::Applied)
    }

    /// Checks a redemption, and says if it is a repetition. `redeemed` is the number of
    /// redemptions of the coupon.
    pub(super) fn apply_coupon(
        &mut self,
        coupon: &Coupon,
        redeemed: u64,
        now: Timestamp,
    ) -> Result {
        let mut given = self.discounts.iter();
        match given.find(|discount| discount.coupon.id == coupon.id) {
            Some(discount) if discount.is_current(now) => return Ok(Outcome::Repeated),
            Some(_) => return Err(Refusal::Conflict("the coupon was used before")),
            None => self.require_lasting()?,
        }
        if coupon.expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::Conflict("the coupon has expired"));
        }
        let limit = coupon.redemptions.unwrap_or_default().max;
        if limit.is_some_and(|limit| redeemed >= limit) {
            return Err(Refusal::Conflict("the coupon is used up"));
        }
        let currency = match &coupon.value {
            CouponValue::Fixed(amount) => Some(amount.currency),
            CouponValue::Percentage(value) => value.currency,
            _ => None,
        };
        if currency.is_some_and(|currency| currency != self.price.amount.currency()) {
            return Err(Refusal::Conflict("the coupon has another currency"));
        }
        self.discounts.push(GivenDiscount::new(coupon.clone(), now));
        // Of two that are given at one moment, the ids of the coupons decide (rule 17).
        let order = |discount: &GivenDiscount| (discount.start, discount.coupon.id.clone());
        self.discounts.sort_by_key(order);
        Ok(Outcome::Applied)
    }

    pub(super) fn change_price(
        &mut self,
        price: Price,
        schedule: Schedule,
        prorate: bool,
        now: Timestamp,
        books: &mut Books<'_>,
    ) -> Result {
        self.require_lasting()?;
        if price.amount.currency() != self.price.amount.currency() {
            return Err(Refusal::Conflict("the price has another currency"));
        }
        if price.id == self.price.id {
            return Ok(match self.next_price.take() {
                Some(_) => Outcome::Applied,
                None => Outcome::Repeated,
            });
        }
        if schedule == Schedule::EndOfPeriod {
            if self
                .next_price
                .as_ref()
                .is_some_and(|next| next.id == price.id)
            {
                return Ok(Outcome::Repeated);
            }
            self.next_price = Some(price);
            self.settle(now, books);
            return Ok(Outcome::Applied);
        }
        self.change_price_now(price, prorate, now, books)
    }

    fn change_price_now(
        &mut self,
        price: Price,
        prorate: bool,
        now: Timestamp,
        books: &mut Books<'_>,
    ) -> Result {
        let same_cycle = price.duration == self.cycle();
        let restarts = self.state == State::Running && !same_cycle;
        if restarts {
            let day = day_of_month(now);
            let end = end_of_cycles(now, price.duration, 1, day).unwrap_or(Timestamp::MAX);
            self.require_room(end)?;
            let scheduled = self.pause.as_ref();
            if price.duration.is_annual() && scheduled.is_some_and(|pause| !pause.allow_annual) {
                return Err(Refusal::Conflict(
                    "the scheduled pause does not allow an annual price",
                ));
            }
        }
        if prorate {
            self.prorate(&price, now, books)?;
        }
        self.next_price = None;
        self.price = price;
        if restarts {
            self.restart_period(now, books);
        } else if self.state == State::Paused && !same_cycle && !self.is_tried_out(now) {
            self.end_period(now);
        }
        Ok(Outcome::Applied)
    }

    /// Credits the unused part of the last charge, and charges the new price for the rest of a
    /// period that goes on (rules 21 to 23).
    fn prorate(
        &mut self,
        price: &Price,
        now: Timestamp,
        books: &mut Books<'_>,
    ) -> std::result::Result<(), Refusal> {
        // The time of a pause that extends the period is not paid for.
        let dates = self.pause.as_ref().filter(|pause| pause.extends_period);
        let pause_end = dates.and_then(|pause| pause.dates?.end);
        let from = pause_end.map_or(now, |end| end.max(now));
        let left = self.period.end.unix_millis() - from.unix_millis();
        if self.is_tried_out(now) || left <= 0 {
            return Ok(());
        }
        if self.unpaid {
            return Err(Refusal::Conflict("the period is not paid"));
        }
        let covers = SubscriptionPeriod::new(from, self.period.end);
        let left = left.min(self.paid.time);
        let entry = |kind, gross, amount, discounts| Entry {
            at: now,
            subscription: self.id.clone(),
            kind,
            covers,
            gross,
            amount,
            discounts,
        };
        let credit = share(self.paid.amount, left, self.paid.time);
        let credit = entry(EntryKind::Credit, self.paid.amount, credit, Vec::new());
        books.ledger.push(credit);
        if price.duration != self.cycle() {
            self.paid = Paid::default();
            return Ok(());
        }
        let gross = self.list_price(price);
        let start = self.period.start;
        let used = |discount: &&GivenDiscount| discount.last_charge == Some(start);
        let of_customer =
            |discount: &&GivenDiscount| discount.start <= start && discount.is_current(start);
        let discounts = self.discounts.iter().filter(used);
        let discounts = discounts.chain(books.customer_discounts.iter().filter(of_customer));
        let (whole, coupons) = discounted(gross, self.quantity, discounts);
        let rest = share(whole, left, self.full_time);
        let gross = share(gross, left, self.full_time);
        books
            .ledger
            .push(entry(EntryKind::ChargeForRest, gross, rest, coupons));
        self.paid = Paid {
            amount: rest,
            time: left,
        };
        Ok(())
    }

    pub(super) fn extend_trial(&mut self, length: OfferDuration, now: Timestamp) -> Result {
        let (State::Trial, Some(trial)) = (self.state, self.trial) else {
            return Err(Refusal::Conflict("the subscription is not in a trial"));
        };
        let mut extensions = self.extensions.iter();
        let last = extensions.find(|(before, _)| *before == length);
        let is_recent = |last: Timestamp| {
            let end = SAME_REQUEST_WITHIN.end_from(last);
            end.is_none_or(|end| now < end)
        };
        let is_repeated = match length {
            OfferDuration::Date(date) => date == trial.end,
            OfferDuration::Period { .. } => last.is_some_and(|(_, last)| is_recent(*last)),
        };
        if is_repeated {
            return Ok(Outcome::Repeated);
        }
        self.require_lasting()?;
        let Some(end) = length.end_from(trial.end) else {
            return Err(Refusal::Invalid("the trial would not become longer"));
        };
        self.require_room(end)?;
        self.extensions.retain(|(before, _)| *before != length);
        self.extensions.push((length, now));
        self.trial = Some(SubscriptionPeriod::new(trial.start, end));
        self.move_end(end);
        Ok(Outcome::Applied)
    }
}
