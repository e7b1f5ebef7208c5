//! Scheduled events: the one place that carries out what a subscription has scheduled.

use churnkey::{Error, Result, SubscriptionPeriod, Timestamp};

use super::calendar::{day_of_month, end_of_cycles, millis_between};
use super::discount::reduced;
use super::{Paid, State, Subscription};

/// An event of a subscription. Events that are due at the same time happen in this order: a price
/// is known before it is charged, and nothing is charged as a pause starts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Cancel,
    ChangePrice,
    EndPause,
    StartPause,
    BeginPeriod,
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
                Due::ChangePrice => {
                    if let Some(price) = self.next_price.take() {
                        self.take_price(price, at);
                    }
                }
                Due::EndPause => self.resume(at)?,
                Due::StartPause => self.start_pause(at)?,
                Due::BeginPeriod => {
                    self.state = State::Running;
                    self.begin_period(at)?;
                }
            }
        }
        Ok(())
    }

    /// The next event. Everything that waits for the end of the period is due when the period ends
    /// today, wherever its end was when the event was scheduled.
    fn next_due(&self) -> Option<(Timestamp, Due)> {
        if self.is_canceled() {
            return None;
        }
        let end = self.period.end;
        let pause = self.pause.as_ref();
        let due = [
            self.ends_with_period.then_some((end, Due::Cancel)),
            self.next_price.as_ref().map(|_| (end, Due::ChangePrice)),
            pause
                .and_then(|pause| pause.end)
                .map(|end| (end, Due::EndPause)),
            pause
                .filter(|pause| pause.start.is_none())
                .map(|_| (end, Due::StartPause)),
            (self.state != State::Paused).then_some((end, Due::BeginPeriod)),
        ];
        due.into_iter().flatten().min()
    }

    /// Ends the subscription, its period and its discounts, and removes all scheduled events.
    pub(super) fn end(&mut self, at: Timestamp) {
        self.state = State::Canceled { at };
        self.end_period(at);
        self.ends_with_period = false;
        self.pause = None;
        self.next_price = None;
        for grant in &mut self.discounts {
            grant.end = Some(grant.end.map_or(at, |end| end.min(at)));
        }
    }

    /// True while the trial runs, also during a pause: nothing has been paid yet.
    pub(super) fn is_tried_out(&self, at: Timestamp) -> bool {
        self.trial.is_some_and(|trial| at < trial.end)
    }

    /// Ends the period early, but not before its start: the clock may have been set back.
    pub(super) fn end_period(&mut self, at: Timestamp) {
        self.period.end = self.period.end.min(at).max(self.period.start);
        self.paid = Paid::default();
        if let Some(pause) = &mut self.pause {
            pause.extends_period = false;
        }
    }

    /// Moves the end of the period, and with it the billing day.
    pub(super) fn move_end(&mut self, end: Timestamp) -> Result<()> {
        self.period.end = end;
        self.billing_day = day_of_month(end)?;
        Ok(())
    }

    /// Begins a new period and charges it: the price, less the discounts of this moment.
    pub(super) fn begin_period(&mut self, at: Timestamp) -> Result<()> {
        let end = end_of_cycles(at, self.cycle(), 1, self.billing_day)?
            .ok_or_else(|| Error::internal("a billing period would end after the year 9999"))?;
        self.period = SubscriptionPeriod::new(at, end);
        self.period_millis = millis_between(at, end);

        let mut grants = Vec::new();
        for grant in &mut self.discounts {
            if grant.take(at) {
                grants.push(grant.clone());
            }
        }
        let of_customer = self.customer_discounts.iter();
        let of_customer = of_customer.filter(|grant| grant.is_current(at));
        let price = self.list_price(&self.price)?;
        self.paid = Paid {
            amount: reduced(price, self.quantity, grants.iter().chain(of_customer))?,
            millis: self.period_millis,
        };
        Ok(())
    }
}
