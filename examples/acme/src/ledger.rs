//! The ledger: access to the books of one mode.

use churnkey::{Mode, Result};
use rusqlite::TransactionBehavior;

use crate::books::Books;
use crate::clock::Clock;
use crate::database::Database;

/// Opens the books of one mode for a transaction. Functions have no other access to the database,
/// so a request sees test or live data, never both.
pub struct Ledger<'a> {
    pub(super) database: &'a Database,
    pub(super) clock: &'a Clock,
    pub(super) mode: Mode,
}

impl Ledger<'_> {
    /// Reads from one consistent snapshot; concurrent writes are not visible.
    pub async fn read<T: Send + 'static>(
        self,
        work: impl FnOnce(&Books<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.open(TransactionBehavior::Deferred, work).await
    }

    /// Checks and changes the books while holding the write lock. An error rolls everything back.
    pub async fn write<T: Send + 'static>(
        self,
        work: impl FnOnce(&Books<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // A deferred transaction would take the write lock only at the first change. Until then
        // another transaction could change the rows that this one has read.
        self.open(TransactionBehavior::Immediate, work).await
    }

    async fn open<T: Send + 'static>(
        self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Books<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (clock, mode) = (self.clock.clone(), self.mode);
        self.database
            .transaction(behavior, move |transaction| {
                // The time is read after the transaction has begun: a transaction that waited for
                // the lock must not use the time from before the wait.
                work(&Books::open(transaction, mode, clock.now(mode)))
            })
            .await
    }
}
