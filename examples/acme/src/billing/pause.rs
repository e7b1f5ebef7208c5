use churnkey::{Error, OfferDuration, Result, Schedule, Timestamp};

use super::calendar::{billing_day_after, millis_between, shifted};
use super::{Outcome, Pause, State, Subscription};

impl Subscription {
    /// Pauses at once or from the end of the period.
    ///
    /// The length of a pause does not change: the same request again counts as a repetition, and a
    /// different one gets a 409 until the pause is over.
    pub fn pause(
        &mut self,
        start_at: Schedule,
        length: OfferDuration,
        allow_annual: bool,
        now: Timestamp,
    ) -> Result<Outcome> {
        match &self.pause {
            Some(pause) if (pause.start_at, pause.length) == (start_at, Some(length)) => {
                return Ok(Outcome::Repeated);
            }
            Some(_) => {
                return Err(Error::conflict(
                    "the subscription already has a different pause",
                ));
            }
            None => self.require_lasting()?,
        }
        let start = match start_at {
            Schedule::Immediate => now,
            Schedule::EndOfPeriod => self.period.end,
        };
        if length.end_from(start).is_none() {
            return Err(Error::bad_request(
                "`duration` must end after the pause starts, and before the year 10000",
            ));
        }
        self.pause = Some(Pause {
            start_at,
            length: Some(length),
            allow_annual,
            start: None,
            end: None,
            extends_period: false,
        });
        if start_at == Schedule::Immediate {
            self.start_pause(now)?;
        }
        Ok(Outcome::Applied)
    }

    /// Pauses a subscription at the customer's wish, by telephone. Without an end the pause lasts
    /// until it is ended by hand.
    pub fn hold(&mut self, start: Timestamp, end: Option<Timestamp>) -> Result<()> {
        self.settle(start)?;
        self.pause = Some(Pause {
            start_at: Schedule::Immediate,
            length: end.map(OfferDuration::Date),
            allow_annual: true,
            start: None,
            end: None,
            extends_period: false,
        });
        self.start_pause(start)
    }

    /// Starts the pause. An annual term was paid for a year, so the time of the pause is added to
    /// it. Every other period goes on during the pause.
    pub(super) fn start_pause(&mut self, at: Timestamp) -> Result<()> {
        let is_prepaid = self.cycle().is_annual() && !self.is_tried_out(at) && at < self.period.end;
        let Some(pause) = &mut self.pause else {
            return Ok(());
        };
        pause.start = Some(at);
        pause.end = pause.length.and_then(|length| length.end_from(at));
        self.state = State::Paused;
        if let Some(end) = pause.end.filter(|_| is_prepaid) {
            pause.extends_period = true;
            self.move_end(shifted(self.period.end, millis_between(at, end))?)?;
        }
        Ok(())
    }

    /// Ends a pause. A period or a trial that is not over continues. If it is over, a new period
    /// begins, and the customer is charged again.
    pub(super) fn resume(&mut self, at: Timestamp) -> Result<()> {
        let Some(pause) = self.pause.take() else {
            return Ok(());
        };
        self.state = State::Running;
        if let Some(end) = pause.end.filter(|end| pause.extends_period && at < *end) {
            self.move_end(shifted(self.period.end, -millis_between(at, end))?)?;
        }
        if let Some(start) = pause.start.filter(|_| self.period.end < at) {
            self.billing_day = billing_day_after(start, pause.length, at, self.billing_day)?;
        }
        if self.period.end <= at {
            return self.begin_period(at);
        }
        if self.is_tried_out(at) {
            self.state = State::Trial;
        }
        Ok(())
    }

    /// A new end of the period must leave room for a scheduled pause, which moves with it. The
    /// alternative, a pause that silently disappears, would lose what the customer has accepted.
    pub(super) fn require_room(&self, end: Timestamp) -> Result<()> {
        let scheduled = self.pause.as_ref().filter(|pause| pause.start.is_none());
        let length = scheduled.and_then(|pause| pause.length);
        if length.is_some_and(|length| length.end_from(end).is_none()) {
            return Err(Error::conflict(
                "the scheduled pause would end before it starts",
            ));
        }
        Ok(())
    }
}
