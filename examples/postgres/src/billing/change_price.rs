use churnkey::{Error, Price, Result, Schedule, Timestamp};

use super::proration::Proration;
use super::{NextPrice, Outcome, State, Subscription};

impl Subscription {
    /// Changes the price at once or at the end of the period, and says what a change at once comes
    /// to in money if that is wanted.
    ///
    /// A change at the end of the period has nothing to prorate. The latest request counts: it
    /// takes the place of a change that was going to happen, and asking for the present price calls
    /// that off.
    pub fn change_price(
        &mut self,
        price: Price,
        schedule: Schedule,
        prorate: bool,
        now: Timestamp,
    ) -> Result<(Outcome, Option<Proration>)> {
        self.require_lasting()?;
        if price.amount.currency() != self.price.amount.currency() {
            // The request is right in itself; it is the customer's currency that stands in its way.
            return Err(Error::conflict("the price has another currency"));
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

    /// Puts the price in force. One with another billing cycle begins a period of its own: at once,
    /// or after the trial or the pause.
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
