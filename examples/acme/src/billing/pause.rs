use churnkey::{Error, OfferDuration, Result, Schedule, Timestamp};

use super::{Outcome, Pause, Subscription};

impl Subscription {
    /// Pauses at once or from the end of the period. The start is kept as the moment it is now, as
    /// is the end.
    ///
    /// A pause neither grows nor shrinks: the same request again is a repetition, and another one a
    /// 409 until the pause is over.
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
                    "the subscription is paused, or going to be, in another way",
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

/// `2 month`, or `until` a date.
fn length(duration: OfferDuration) -> String {
    match duration {
        OfferDuration::Period { amount, unit } => format!("{amount} {unit:?}").to_lowercase(),
        OfferDuration::Date(date) => format!("until {date}"),
    }
}
