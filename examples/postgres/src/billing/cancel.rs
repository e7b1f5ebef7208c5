use churnkey::{Result, Schedule, Timestamp};

use super::{Outcome, State, Subscription};

impl Subscription {
    /// Cancels at once or at the end of the period. Canceling at once what is going to be canceled
    /// anyway brings the end forward; the other way round nothing changes.
    ///
    /// In a pause there may be no period left to wait for; then both mean at once. Whoever is to
    /// have one more period sends `unpause`.
    pub fn cancel(&mut self, schedule: Schedule, unpause: bool, now: Timestamp) -> Result<Outcome> {
        if self.is_canceled() {
            return Ok(Outcome::Repeated);
        }
        // Canceled at once, a pause is over as well, and to resume might only begin a period that
        // nobody wants.
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
