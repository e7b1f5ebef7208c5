//! A subscription and the rules to change it, independent of the database.

use churnkey::model::PausePeriod;
use churnkey::{
    CustomerId, Error, OfferDuration, Price, Result, Schedule, SubscriptionId, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

/// A subscription with its past and scheduled events. The status that Churnkey reads is computed
/// from these and the current time, so no job has to run when a pause or the last period ends.
#[derive(Clone)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) customer_id: CustomerId,
    pub(crate) price: Price,
    pub(crate) quantity: i64,
    pub(crate) started_at: Timestamp,
    /// The paid period. The system that charges the customer updates it.
    pub(crate) period: SubscriptionPeriod,
    /// The last pause, which may have ended.
    pub(crate) pause: Option<Pause>,
    /// The time when the subscription ends or has ended.
    pub(crate) canceled_at: Option<Timestamp>,
}

#[derive(Clone, Copy)]
pub(crate) struct Pause {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl Subscription {
    /// Cancels at once or at the end of the period. An earlier end that is already set is kept.
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

    /// Pauses from now on. The length of a pause does not change: the same request again succeeds
    /// and changes nothing, and a different one is rejected until the pause is over.
    pub(crate) fn pause(&mut self, duration: OfferDuration, now: Timestamp) -> Result<()> {
        if self.canceled_at.is_some() {
            return Err(Error::conflict(
                "the subscription has ended or is due to end",
            ));
        }
        if let Some(pause) = self.current_pause(now) {
            if duration.end_from(pause.start) == Some(pause.end) {
                return Ok(());
            }
            return Err(Error::conflict(
                "the subscription already has a different pause",
            ));
        }
        let end = duration
            .end_from(now)
            .ok_or_else(|| Error::bad_request("`duration` must end in the future"))?;
        self.pause = Some(Pause { start: now, end });
        Ok(())
    }

    /// The model that Churnkey reads.
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
        let status = match (self.canceled_at, self.current_pause(now)) {
            (Some(at), _) if at <= now => SubscriptionStatus::canceled(at),
            (_, Some(pause)) => {
                SubscriptionStatus::paused(PausePeriod::new(pause.start).end(pause.end))
            }
            _ => SubscriptionStatus::active(),
        };
        status.current_period(self.period)
    }

    fn is_canceled(&self, now: Timestamp) -> bool {
        self.canceled_at.is_some_and(|at| at <= now)
    }

    fn current_pause(&self, now: Timestamp) -> Option<Pause> {
        self.pause.filter(|pause| now < pause.end)
    }
}
