use churnkey::{Result, Schedule, Timestamp};

use super::{Outcome, State, Subscription};

impl Subscription {
    /// Cancels at once or at the end of the period. If a cancellation is already scheduled, a
    /// request to cancel at once brings it forward, and a request for the end of the period changes
    /// nothing.
    ///
    /// During a pause the period may already be over; then both schedules mean at once. To give the
    /// customer one more period, the request sets `unpause`.
    pub fn cancel(&mut self, schedule: Schedule, unpause: bool, now: Timestamp) -> Result<Outcome> {
        if self.is_canceled() {
            return Ok(Outcome::Repeated);
        }
        if schedule == Schedule::Immediate {
            // This ends the pause as well. Resuming first could begin a new period, which would be
            // charged.
            self.end(now);
            return Ok(Outcome::Applied);
        }
        let resumed = unpause && self.state == State::Paused;
        if resumed {
            self.resume(now)?;
        }
        if self.period.end <= now {
            self.end(now);
            return Ok(Outcome::Applied);
        }
        if self.ends_with_period && !resumed {
            return Ok(Outcome::Repeated);
        }
        self.ends_with_period = true;
        Ok(Outcome::Applied)
    }
}
