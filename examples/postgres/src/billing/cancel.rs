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
        // An immediate cancellation ends the pause as well. Resuming first could begin a new
        // period, which would be charged.
        let resumed = unpause && self.state == State::Paused && schedule == Schedule::EndOfPeriod;
        if resumed {
            self.resume(now)?;
        }
        let cancel_at = match schedule {
            Schedule::Immediate => now,
            Schedule::EndOfPeriod => self.period.end.max(now),
        };
        if !resumed && self.cancel_at.is_some_and(|already| already <= cancel_at) {
            return Ok(Outcome::Repeated);
        }
        self.cancel_at = Some(cancel_at);
        self.settle(now)?;
        Ok(Outcome::Applied)
    }
}
