//! The clock of the provider.

use std::sync::{Arc, Mutex, PoisonError};

use churnkey::Timestamp;

/// The system's clock, unless a test sets the time and so controls when a period ends.
#[derive(Clone, Default)]
pub struct Clock(Arc<Mutex<Option<Timestamp>>>);

impl Clock {
    pub fn now(&self) -> Timestamp {
        let time = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        time.unwrap_or_else(Timestamp::now)
    }

    /// Stops the clock at this time, for tests.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}
