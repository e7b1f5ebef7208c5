use churnkey::{Error, OfferDuration, Result, SubscriptionPeriod, TimeUnit, Timestamp};

use super::{Outcome, State, Subscription};

/// How long the same extension by a length counts as the same request.
///
/// Two more weeks are two more weeks however often they are asked for: neither the request nor the
/// trial tells a request that was sent twice from a customer's second wish. Nobody wishes for the
/// same again within a day, and whatever sends a request again has given up by then.
const SAME_REQUEST_WITHIN: OfferDuration = OfferDuration::Period {
    amount: 1,
    unit: TimeUnit::Day,
};

impl Subscription {
    /// Extends the trial from its present end, or to a date. A date tells by itself whether the
    /// trial has been extended to it; a length does not, so it takes when the trial was `last`
    /// extended by the same.
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
                "`duration` must end after the present end of the trial, and before the year 10000",
            )
        })?;
        self.trial = Some(SubscriptionPeriod::new(trial.start, end));
        // The trial is the period until the first charge.
        self.period.end = end;
        Ok(Outcome::Applied)
    }
}

fn is_same_request(last: Timestamp, now: Timestamp) -> bool {
    SAME_REQUEST_WITHIN
        .end_from(last)
        .is_none_or(|end| now < end)
}
