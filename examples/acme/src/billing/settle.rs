//! Scheduled events: the one place that carries out what a subscription has scheduled.

use churnkey::model::CycleUnit;
use churnkey::{BillingCycle, Error, Result, SubscriptionPeriod, TimeUnit, Timestamp};

use super::{State, Subscription};

/// An event of a subscription. Events that are due at the same time happen in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Cancel,
    ChangePrice,
    StartPause,
    EndPause,
    EndPeriod,
}

impl Subscription {
    /// Brings a subscription up to date: carries out every event that was due by `now`, in order,
    /// each at the time when it was due.
    ///
    /// Every read and every action settles first, so no scheduled job is needed. A read does not
    /// store the settled state; the next change does.
    pub fn settle(&mut self, now: Timestamp) -> Result<()> {
        while let Some((at, due)) = self.next_due().filter(|(at, _)| *at <= now) {
            match due {
                Due::Cancel => self.end(at),
                Due::ChangePrice => self.take_next_price(at)?,
                Due::StartPause => self.state = State::Paused,
                Due::EndPause => self.resume(at)?,
                Due::EndPeriod => self.renew()?,
            }
        }
        Ok(())
    }

    fn next_due(&self) -> Option<(Timestamp, Due)> {
        if self.is_canceled() {
            return None;
        }
        let paused = self.state == State::Paused;
        let pause = self.pause.as_ref();
        let due = [
            self.cancel_at.map(|at| (at, Due::Cancel)),
            self.next_price
                .as_ref()
                .map(|next| (next.at, Due::ChangePrice)),
            pause
                .filter(|_| !paused)
                .map(|pause| (pause.start, Due::StartPause)),
            pause
                .filter(|_| paused)
                .and_then(|pause| pause.end)
                .map(|at| (at, Due::EndPause)),
            (!paused).then_some((self.period.end, Due::EndPeriod)),
        ];
        due.into_iter().flatten().min()
    }

    /// Ends the subscription and its period, and removes all scheduled events.
    fn end(&mut self, at: Timestamp) {
        self.state = State::Canceled { at };
        self.end_period(at);
        self.cancel_at = None;
        self.pause = None;
        self.next_price = None;
    }

    fn take_next_price(&mut self, at: Timestamp) -> Result<()> {
        match self.next_price.take() {
            Some(next) => self.take_price(next.price, at),
            None => Ok(()),
        }
    }

    /// Ends a pause. A period or a trial that is not over continues; the time of the pause is not
    /// added to it. If it is over, a new period begins, and the customer is charged again.
    pub(super) fn resume(&mut self, at: Timestamp) -> Result<()> {
        self.pause = None;
        self.state = State::Running;
        if self.period.end <= at {
            return self.begin_period(at);
        }
        if self.is_tried_out(at) {
            self.state = State::Trial;
        }
        Ok(())
    }

    /// True while the trial runs, also during a pause: nothing has been paid yet.
    pub(super) fn is_tried_out(&self, at: Timestamp) -> bool {
        self.trial.is_some_and(|trial| at < trial.end)
    }

    /// Ends the period early, but not before its start: the clock may have been set back.
    pub(super) fn end_period(&mut self, at: Timestamp) {
        self.period.end = self.period.end.min(at).max(self.period.start);
    }

    fn renew(&mut self) -> Result<()> {
        if self.state == State::Trial {
            self.state = State::Running;
            return self.begin_period(self.period.end);
        }
        self.cycle_number = self.cycle_number.saturating_add(1);
        self.period = SubscriptionPeriod::new(self.period.end, self.cycle_end()?);
        Ok(())
    }

    /// Begins a new period, and counts the following periods from it.
    pub(super) fn begin_period(&mut self, at: Timestamp) -> Result<()> {
        self.cycle_anchor = at;
        self.cycle_number = 0;
        self.period = SubscriptionPeriod::new(at, self.cycle_end()?);
        Ok(())
    }

    fn cycle_end(&self) -> Result<Timestamp> {
        let end = self
            .cycle_number
            .checked_add(1)
            .and_then(|number| after_cycles(self.cycle_anchor, self.cycle(), number));
        end.ok_or_else(|| Error::internal("a billing period would end after the year 9999"))
    }
}

/// The time after a number of billing cycles, by the calendar. `None` after the year 9999.
pub(super) fn after_cycles(
    start: Timestamp,
    cycle: BillingCycle,
    number: u32,
) -> Option<Timestamp> {
    let unit = match cycle.unit {
        CycleUnit::Month => TimeUnit::Month,
        CycleUnit::Year => TimeUnit::Year,
    };
    start.plus(cycle.amount.checked_mul(number)?, unit)
}
