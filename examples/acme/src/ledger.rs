//! The way to the books of one mode.

use churnkey::{Mode, Result};
use rusqlite::TransactionBehavior;

use crate::books::Books;
use crate::clock::Clock;
use crate::database::Database;

/// Opens the books of one mode for a transaction. No function reaches the database otherwise, so a
/// request sees test or live data and never both.
pub struct Ledger<'a> {
    pub(super) database: &'a Database,
    pub(super) clock: &'a Clock,
    pub(super) mode: Mode,
}

impl Ledger<'_> {
    /// Reads one state of the books, whatever others write meanwhile.
    pub async fn read<T: Send + 'static>(
        self,
        work: impl FnOnce(&Books<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.open(TransactionBehavior::Deferred, work).await
    }

    /// Checks and changes the books while nobody else can change them. An error undoes everything.
    pub async fn write<T: Send + 'static>(
        self,
        work: impl FnOnce(&Books<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // Deferred would read first and ask for the lock at the first change, when another may have
        // changed what was read.
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
                // The time is read once the transaction has begun: one that waited must not act as
                // of before it waited.
                work(&Books::open(transaction, mode, clock.now()))
            })
            .await
    }
}
