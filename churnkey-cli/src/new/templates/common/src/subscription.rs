//! A subscription, and what becomes of it. Nothing here knows where it is kept.

use churnkey::{
    CustomerId, OfferDuration, Error, PausePeriod, SubscriptionPeriod, Price, Result, Schedule, SubscriptionStatus,
    SubscriptionId, SubscriptionItem, Timestamp,
};

/// What has happened to a subscription, and what is going to. The state that Churnkey reads follows from it and the
/// time, so nothing has to run at the moment when a pause or the last period ends.
#[derive(Clone)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) customer_id: CustomerId,
    pub(crate) price: Price,
    pub(crate) quantity: u64,
    pub(crate) started_at: Timestamp,
    /// The period that is paid for; whoever charges the customer moves it on.
    pub(crate) period: SubscriptionPeriod,
    /// The last pause, which may be over.
    pub(crate) pause: Option<Pause>,
    /// When it ends or has ended.
    pub(crate) canceled_at: Option<Timestamp>,
}

#[derive(Clone, Copy)]
pub(crate) struct Pause {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Subscription {
    /// Ends it at once or with the period. An end that is near already is not put off.
    pub(crate) fn cancel(&mut self, at: Schedule, unpause: bool, now: Timestamp) -> Result<()> {
        if self.is_canceled(now) {
            return Ok(());
        }
        if unpause {
            self.pause = None;
        }
        let end = match at {
            Schedule::Immediate => now,
            Schedule::EndOfPeriod => self.period.end.max(now),
        };
        self.canceled_at = Some(self.canceled_at.map_or(end, |earlier| earlier.min(end)));
        Ok(())
    }

    /// Pauses it from now on. A pause neither grows nor shrinks: the same one again is a success that changes nothing,
    /// and another one is refused until it is over.
    pub(crate) fn pause(&mut self, duration: OfferDuration, now: Timestamp) -> Result<()> {
        if self.canceled_at.is_some() {
            return Err(Error::conflict("the subscription ends, or has ended"));
        }
        if let Some(pause) = self.present_pause(now) {
            if duration.end_from(pause.start) == Some(pause.end) {
                return Ok(());
            }
            return Err(Error::conflict("the subscription has another pause"));
        }
        let end = duration
            .end_from(now)
            .ok_or_else(|| Error::bad_request("`duration` must end in the future"))?;
        self.pause = Some(Pause { start: now, end });
        Ok(())
    }

    /// What Churnkey reads.
    pub(crate) fn model(&self, now: Timestamp) -> churnkey::Subscription {
        let item = SubscriptionItem::new(
            format!("item_{}", self.id),
            self.price.clone(),
            self.quantity,
        );
        churnkey::Subscription::new(
            self.id.clone(),
            self.customer_id.clone(),
            self.status(now),
            self.started_at,
            self.price.duration,
            [item],
        )
    }

    fn status(&self, now: Timestamp) -> SubscriptionStatus {
        let status = match (self.canceled_at, self.present_pause(now)) {
            (Some(at), _) if at <= now => SubscriptionStatus::canceled(at),
            (_, Some(pause)) => SubscriptionStatus::paused(PausePeriod::new(pause.start).end(pause.end)),
            _ => SubscriptionStatus::active(),
        };
        status.current_period(self.period)
    }

    fn is_canceled(&self, now: Timestamp) -> bool {
        self.canceled_at.is_some_and(|at| at <= now)
    }

    fn present_pause(&self, now: Timestamp) -> Option<Pause> {
        self.pause.filter(|pause| now < pause.end)
    }
}
