use churnkey::{Error, OfferDuration, Result, SubscriptionPeriod, TimeUnit, Timestamp};

use super::{Outcome, State, Subscription};

/// The time within which an extension by the same length counts as the same request.
///
/// The request has no id that distinguishes a retry from a customer's second request for two more
/// weeks. A customer is unlikely to request the same extension twice within a day, and a client
/// stops its retries sooner.
const SAME_REQUEST_WITHIN: OfferDuration = OfferDuration::Period {
    amount: 1,
    unit: TimeUnit::Day,
};

impl Subscription {
    /// Extends the trial by a length from its current end, or to a date. A repeated request for a
    /// date is recognized by the end of the trial. For a length, `last` is needed: the time of the
    /// last extension by the same length.
    pub fn extend_trial(
        &mut self,
        duration: OfferDuration,
        last: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Outcome> {
        let (State::Trial, Some(trial)) = (self.state, self.trial) else {
            return Err(Error::conflict("the subscription is not in a trial"));
        };
        let repeated = match duration {
            OfferDuration::Date(date) => date == trial.end,
            OfferDuration::Period { .. } => last.is_some_and(|last| is_same_request(last, now)),
        };
        if repeated {
            return Ok(Outcome::Repeated);
        }
        self.require_lasting()?;
        let end = duration.end_from(trial.end).ok_or_else(|| {
            Error::bad_request(
                "`duration` must end after the current end of the trial, and before the year 10000",
            )
        })?;
        self.require_room(end)?;
        self.trial = Some(SubscriptionPeriod::new(trial.start, end));
        // The trial is the current period until the first charge.
        self.move_end(end)?;
        Ok(Outcome::Applied)
    }
}

fn is_same_request(last: Timestamp, now: Timestamp) -> bool {
    SAME_REQUEST_WITHIN
        .end_from(last)
        .is_none_or(|end| now < end)
}
