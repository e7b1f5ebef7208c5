use churnkey::{Error, Price, Result, Schedule, Timestamp};

use super::calendar::{day_of_month, end_of_cycles};
use super::proration::Proration;
use super::{Outcome, State, Subscription};

impl Subscription {
    /// Changes the price at once or at the end of the period. If `prorate` is set, returns the
    /// proration of an immediate change.
    ///
    /// A change at the end of the period needs no proration. The latest request counts: it replaces
    /// a scheduled change, and a request for the current price removes the scheduled change.
    pub fn change_price(
        &mut self,
        price: Price,
        schedule: Schedule,
        prorate: bool,
        now: Timestamp,
    ) -> Result<(Outcome, Option<Proration>)> {
        self.require_lasting()?;
        if price.amount.currency() != self.price.amount.currency() {
            // A 409 and not a 400: the request is valid, but not for this customer's currency.
            return Err(Error::conflict(
                "the currency of the price differs from that of the subscription",
            ));
        }
        if price.id == self.price.id {
            return match self.next_price.take() {
                Some(_) => Ok((Outcome::Applied, None)),
                None => Ok((Outcome::Repeated, None)),
            };
        }
        match schedule {
            Schedule::EndOfPeriod => {
                let next = self.next_price.as_ref();
                if next.is_some_and(|next| next.id == price.id) {
                    return Ok((Outcome::Repeated, None));
                }
                self.next_price = Some(price);
                // During a pause the period may already be over.
                self.settle(now)?;
                Ok((Outcome::Applied, None))
            }
            Schedule::Immediate => {
                self.require_room_for(&price, now)?;
                let proration = if prorate {
                    self.prorate(&price, now)?
                } else {
                    None
                };
                self.next_price = None;
                if self.state == State::Running && price.duration != self.cycle() {
                    self.price = price;
                    self.billing_day = day_of_month(now)?;
                    self.begin_period(now)?;
                } else {
                    self.take_price(price, now);
                }
                Ok((Outcome::Applied, proration))
            }
        }
    }

    /// Applies the price without beginning a period. If the billing cycle differs, the period of a
    /// paused subscription ends, so that a new one begins after the pause.
    pub(super) fn take_price(&mut self, price: Price, at: Timestamp) {
        let same_cycle = price.duration == self.cycle();
        self.price = price;
        if self.state == State::Paused && !same_cycle && !self.is_tried_out(at) {
            self.end_period(at);
        }
    }

    /// A price with another cycle begins a new period, and a scheduled pause moves to its end.
    fn require_room_for(&self, price: &Price, now: Timestamp) -> Result<()> {
        if self.state != State::Running || price.duration == self.cycle() {
            return Ok(());
        }
        let pause = self.pause.as_ref();
        if price.duration.is_annual() && pause.is_some_and(|pause| !pause.allow_annual) {
            return Err(Error::conflict(
                "the subscription has a scheduled pause that does not allow an annual price",
            ));
        }
        match end_of_cycles(now, price.duration, 1, day_of_month(now)?)? {
            Some(end) => self.require_room(end),
            None => Ok(()),
        }
    }
}
