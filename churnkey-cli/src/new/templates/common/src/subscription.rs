//! A subscription and its rules, independent of the database.

use churnkey::model::PausePeriod;
use churnkey::{
    CustomerId, Error, OfferDuration, Price, Result, Schedule, SubscriptionId, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

use crate::calendar::{billing_day_after, day_of_month, end_of_cycle};

/// A subscription: its state after the last change. [`settle`](Self::settle) brings it up to date,
/// so no job has to run when a pause or a period ends.
#[derive(Clone)]
pub struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) customer_id: CustomerId,
    pub(crate) price: Price,
    pub(crate) quantity: i64,
    pub(crate) started_at: Timestamp,
    /// The current period. During a trial it is the trial.
    pub(crate) period: SubscriptionPeriod,
    /// The day of the month on which periods end, in months that have it.
    pub(crate) billing_day: i16,
    pub(crate) trial_end: Option<Timestamp>,
    /// True if a charge has failed and is still open.
    pub unpaid: bool,
    pub(crate) pause: Option<Pause>,
    /// True if the subscription is canceled when the period ends, wherever that end is by then.
    pub(crate) ends_with_period: bool,
    pub(crate) canceled_at: Option<Timestamp>,
}

#[derive(Clone, Copy)]
pub(crate) struct Pause {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Subscription {
    /// Begins a subscription with its first period, or with a trial.
    pub fn begin(
        id: SubscriptionId,
        customer_id: CustomerId,
        price: Price,
        quantity: i64,
        start: Timestamp,
        trial_end: Option<Timestamp>,
    ) -> Self {
        let end = trial_end.unwrap_or(start);
        let mut subscription = Self {
            id,
            customer_id,
            price,
            quantity,
            started_at: start,
            period: SubscriptionPeriod::new(start, end),
            billing_day: day_of_month(end),
            trial_end,
            unpaid: false,
            pause: None,
            ends_with_period: false,
            canceled_at: None,
        };
        subscription.settle(start);
        subscription
    }

    /// Carries out everything that is due by now, each at its own time: the end of the period or of
    /// a pause. At one moment a cancellation comes first, so that nothing is charged after it.
    fn settle(&mut self, now: Timestamp) {
        while self.canceled_at.is_none() {
            let (end, pause) = (self.period.end, self.pause);
            let ends = self.ends_with_period && pause.is_none_or(|pause| end <= pause.end);
            match pause {
                _ if ends && end <= now => self.end(end),
                Some(pause) if pause.end <= now => self.resume(pause.end),
                // A period that ends with the calendar has no successor.
                None if end <= now && end < Timestamp::MAX => self.begin_period(end),
                _ => return,
            }
        }
    }

    /// Begins a period. Its charge is due now.
    fn begin_period(&mut self, at: Timestamp) {
        let end = end_of_cycle(at, self.price.duration, self.billing_day);
        self.period = SubscriptionPeriod::new(at, end);
    }

    /// Ends a pause. A period or a trial that is not over goes on; otherwise a new period begins.
    fn resume(&mut self, at: Timestamp) {
        let Some(pause) = self.pause.take() else {
            return;
        };
        if self.period.end < at {
            self.billing_day = billing_day_after(pause, at, self.billing_day);
        }
        if self.period.end <= at {
            self.begin_period(at);
        }
    }

    fn end(&mut self, at: Timestamp) {
        self.canceled_at = Some(at);
        self.ends_with_period = false;
        self.pause = None;
        self.period.end = self.period.end.min(at).max(self.period.start);
    }

    /// Cancels at once or at the end of the period. The earlier of two cancellations counts.
    ///
    /// During a pause the period may be over; then both schedules mean at once. To give the
    /// customer one more period, the request sets `unpause`.
    pub(crate) fn cancel(&mut self, at: Schedule, unpause: bool, now: Timestamp) {
        self.settle(now);
        if self.canceled_at.is_some() {
            return;
        }
        if at == Schedule::EndOfPeriod && unpause {
            self.resume(now);
        }
        match at {
            Schedule::EndOfPeriod if now < self.period.end => self.ends_with_period = true,
            _ => self.end(now),
        }
    }

    /// Pauses from now on: nothing is charged until the end of the pause. The length does not
    /// change: the same request again succeeds and changes nothing, and a different one is rejected
    /// until the pause is over.
    pub(crate) fn pause(&mut self, duration: OfferDuration, now: Timestamp) -> Result<()> {
        self.settle(now);
        if let Some(pause) = self.pause {
            if duration.end_from(pause.start) == Some(pause.end) {
                return Ok(());
            }
            return Err(Error::conflict(
                "the subscription already has a different pause",
            ));
        }
        if self.ends_with_period || self.canceled_at.is_some() {
            return Err(Error::conflict(
                "the subscription has ended or is due to end",
            ));
        }
        let end = duration
            .end_from(now)
            .ok_or_else(|| Error::bad_request("`duration` must end in the future"))?;
        self.pause = Some(Pause { start: now, end });
        Ok(())
    }

    /// The model that Churnkey reads.
    pub(crate) fn model(mut self, now: Timestamp) -> churnkey::Subscription {
        self.settle(now);
        let status = self.status(now);
        let item = SubscriptionItem::new(
            format!("item_{}", self.id),
            self.price.clone(),
            self.quantity,
        );
        let cycle = self.price.duration;
        churnkey::Subscription::new(
            self.id,
            self.customer_id,
            status,
            self.started_at,
            cycle,
            [item],
        )
    }

    fn status(&self, now: Timestamp) -> SubscriptionStatus {
        let trial = self
            .trial_end
            .map(|end| SubscriptionPeriod::new(self.started_at, end));
        let status = match (self.canceled_at, self.pause, trial) {
            (Some(at), ..) => SubscriptionStatus::canceled(at),
            (_, Some(pause), _) => {
                SubscriptionStatus::paused(PausePeriod::new(pause.start).end(pause.end))
            }
            (_, _, Some(trial)) if now < trial.end => SubscriptionStatus::trial(trial),
            _ if self.unpaid => SubscriptionStatus::unpaid(),
            _ => SubscriptionStatus::active(),
        };
        let status = status.current_period(self.period);
        match trial {
            Some(trial) => status.trial_period(trial),
            None => status,
        }
    }
}
