use churnkey::{Error, Price, Result, Schedule, Timestamp};

use super::proration::Proration;
use super::{NextPrice, Outcome, State, Subscription};

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
        let next = self.next_price.as_ref().map(|next| &next.price.id);
        match schedule {
            Schedule::EndOfPeriod if next == Some(&price.id) => Ok((Outcome::Repeated, None)),
            Schedule::EndOfPeriod => {
                let at = self.period.end.max(now);
                self.next_price = Some(NextPrice { price, at });
                self.settle(now)?;
                Ok((Outcome::Applied, None))
            }
            Schedule::Immediate => {
                let proration = prorate.then(|| Proration::of_change(self, &price, now));
                self.next_price = None;
                self.take_price(price, now)?;
                Ok((Outcome::Applied, proration.transpose()?.flatten()))
            }
        }
    }

    /// Applies the price. If its billing cycle differs, a new period begins: at once, or after the
    /// trial or the pause.
    pub(super) fn take_price(&mut self, price: Price, at: Timestamp) -> Result<()> {
        let same_cycle = price.duration == self.cycle();
        self.price = price;
        match self.state {
            State::Running if !same_cycle => self.begin_period(at)?,
            State::Paused if !same_cycle && !self.is_tried_out(at) => self.end_period(at),
            _ => {}
        }
        Ok(())
    }
}
