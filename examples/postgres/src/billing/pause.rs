use churnkey::{Error, OfferDuration, Result, Schedule, Timestamp};

use super::{Outcome, Pause, Subscription};

impl Subscription {
    /// Pauses at once or from the end of the period. The start and the end are stored as fixed
    /// times.
    ///
    /// The length of a pause does not change: the same request again counts as a repetition, and a
    /// different one gets a 409 until the pause is over.
    pub fn pause(
        &mut self,
        start_at: Schedule,
        duration: OfferDuration,
        now: Timestamp,
    ) -> Result<Outcome> {
        let request = format!("{start_at} {}", length(duration));
        match &self.pause {
            Some(pause) if pause.request == request => return Ok(Outcome::Repeated),
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
        let end = duration.end_from(start).ok_or_else(|| {
            Error::bad_request(
                "`duration` must end after the pause starts, and before the year 10000",
            )
        })?;
        self.pause = Some(Pause {
            start,
            end: Some(end),
            request,
        });
        self.settle(now)?;
        Ok(Outcome::Applied)
    }
}

/// The length as a string: `2 month`, or `until` and a date.
fn length(duration: OfferDuration) -> String {
    match duration {
        OfferDuration::Period { amount, unit } => format!("{amount} {unit:?}").to_lowercase(),
        OfferDuration::Date(date) => format!("until {date}"),
    }
}
