//! The connections to the database, and the responses to its errors.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use churnkey::{Error, Result};

use crate::database::{PROBE, Pool, is_disk_full, is_temporary};

/// The `Retry-After` of a request that found the database busy, its disk full, or no connection.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Two pools of connections. Actions have their own, so that reads do not wait behind actions that
/// wait for a lock.
pub(crate) struct Connections {
    pub(crate) readers: Pool,
    pub(crate) writers: Pool,
    /// The last action found the disk of the database full.
    is_full: AtomicBool,
}

impl Connections {
    /// The connections of a pool for reads, and those of another one like it for actions.
    pub(crate) fn new(readers: Pool) -> Self {
        let options = readers.connect_options().as_ref().clone();
        let writers = readers.options().clone().connect_lazy_with(options);
        Self {
            readers,
            writers,
            is_full: AtomicBool::new(false),
        }
    }

    /// Checks that the database can be read and, if the last action found its disk full, written.
    pub(crate) async fn ping(&self) -> Result<()> {
        let read = sqlx::query("SELECT 1").execute(&self.readers).await;
        read.map_err(failure)?;
        if !self.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        let written = sqlx::raw_sql(PROBE).execute(&self.writers).await;
        written.map_err(failure)?;
        self.is_full.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Runs an action, and records for [`ping`](Self::ping) if it found the disk full.
    pub(crate) async fn carry_out<T>(&self, action: impl Future<Output = Result<T>>) -> Result<T> {
        let done = action.await;
        match &done {
            Ok(_) => self.is_full.store(false, Ordering::Relaxed),
            Err(error) if cause(error).is_some_and(is_disk_full) => {
                self.is_full.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        done
    }
}

/// The database's error behind a response.
fn cause(error: &Error) -> Option<&dyn sqlx::error::DatabaseError> {
    let cause = error.cause()?.downcast_ref::<sqlx::Error>();
    cause.and_then(sqlx::Error::as_database_error)
}

/// Converts a database error into a response: a 503 if the same request may succeed later,
/// otherwise an opaque 500.
pub(crate) fn failure(error: sqlx::Error) -> Error {
    let has_no_connection = matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_));
    match has_no_connection || error.as_database_error().is_some_and(is_temporary) {
        true => Error::unavailable(RETRY_AFTER).with_cause(error),
        false => Error::internal(error),
    }
}
