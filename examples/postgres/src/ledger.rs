//! The way to the books of one mode.

use churnkey::{CustomerId, Mode, Result, SubscriptionId};
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::IsolationLevel;

use crate::books::Books;
use crate::database::failure;

/// Opens the books of one mode for a transaction. No function reaches the database otherwise, so a
/// request sees test or live data and never both.
pub struct Ledger {
    pub(super) connection: Object,
    pub(super) mode: Mode,
}

/// What an action changes, and what no other may change meanwhile, whichever instance it runs in.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    Subscription(&'a CustomerId, &'a SubscriptionId),
    AllOf(&'a CustomerId),
}

impl Ledger {
    /// Opens one state of the books to read in, whatever others write meanwhile.
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

    /// Opens the books to check and change them while nobody else can change the subject. What is not committed
    /// is undone.
    pub async fn write(&mut self, subject: Subject<'_>) -> Result<Books<'_>> {
        // Each statement sees what was committed before it: once the lock is ours, what its last holder has done.
        let transaction = self
            .connection
            .build_transaction()
            .isolation_level(IsolationLevel::ReadCommitted)
            .start()
            .await
            .map_err(failure)?;
        lock(&transaction, self.mode, subject).await?;
        // Only now, as books are as of the time of their opening: an action that waited must not act as of before
        // it waited.
        Books::open(transaction, self.mode).await
    }
}

/// Takes the rows of the subject for the rest of the transaction, always in the same order, so that two who want
/// several of them do not wait for each other.
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
