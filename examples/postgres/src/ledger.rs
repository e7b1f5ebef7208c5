//! The ledger: access to the books of one mode.

use churnkey::{CustomerId, Mode, Result, SubscriptionId};
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::IsolationLevel;

use crate::books::Books;
use crate::database::failure;

/// Opens the books of one mode for a transaction. Functions have no other access to the database,
/// so a request sees test or live data, never both.
pub struct Ledger {
    pub(super) connection: Object,
    pub(super) mode: Mode,
}

/// The rows that an action locks, so that no other action on any instance can change them.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    Subscription(&'a CustomerId, &'a SubscriptionId),
    AllOf(&'a CustomerId),
}

impl Ledger {
    /// Opens the books to read from one consistent snapshot; concurrent writes are not visible.
    pub async fn read(&mut self) -> Result<Books<'_>> {
        let transaction = self
            .connection
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(failure)?;
        Books::open(transaction, self.mode).await
    }

    /// Opens the books to check and change the subject, which is locked until the end of the
    /// transaction. Without a commit everything is rolled back.
    pub async fn write(&mut self, subject: Subject<'_>) -> Result<Books<'_>> {
        // Each statement sees the commits before it. After the lock is acquired, these include the
        // changes of its previous holder.
        let transaction = self
            .connection
            .build_transaction()
            .isolation_level(IsolationLevel::ReadCommitted)
            .start()
            .await
            .map_err(failure)?;
        lock(&transaction, self.mode, subject).await?;
        // The books are opened after the lock, because this reads the time: an action that waited
        // for the lock must not use the time from before the wait.
        Books::open(transaction, self.mode).await
    }
}

/// Locks the rows of the subject for the rest of the transaction. Rows are always locked in the
/// same order, so that two actions on several rows do not deadlock.
async fn lock(transaction: &Transaction<'_>, mode: Mode, subject: Subject<'_>) -> Result<()> {
    let mode = mode.as_str();
    let (sql, params) = match &subject {
        Subject::Subscription(customer, id) => (
            "SELECT 1 FROM subscriptions WHERE mode = $1 AND customer_id = $2 AND id = $3 FOR UPDATE",
            vec![mode, customer.as_str(), id.as_str()],
        ),
        Subject::AllOf(customer) => (
            "SELECT 1 FROM subscriptions WHERE mode = $1 AND customer_id = $2 ORDER BY id FOR UPDATE",
            vec![mode, customer.as_str()],
        ),
    };
    let statement = transaction.prepare_cached(sql).await.map_err(failure)?;
    let params: Vec<_> = params.iter().map(|param| param as _).collect();
    transaction
        .query(&statement, &params)
        .await
        .map_err(failure)?;
    Ok(())
}
