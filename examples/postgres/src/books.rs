//! The books: the tables of one mode, opened in one transaction. Each table has its own file.

mod actions;
mod audit;
mod columns;
mod coupons;
mod customers;
mod discounts;
mod families;
mod prices;
mod products;
mod prorations;
mod seed;
mod subscriptions;

use churnkey::{Mode, Result, Timestamp};
use deadpool_postgres::Transaction;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::database::failure;

pub use actions::KEY_OF_ACTIONS;
pub use audit::Entry;
pub use subscriptions::StoredSubscription;

use columns::moment;

/// Access to the tables. Every query binds `$1` to the mode of the request; a statement that does
/// not use `$1` is rejected, because the number of its parameters does not match.
pub struct Books<'t> {
    transaction: Transaction<'t>,
    mode: Mode,
    now: Timestamp,
}

type Params<'p> = &'p [&'p (dyn ToSql + Sync)];

impl<'t> Books<'t> {
    /// Opens the books at the current time.
    pub async fn open(transaction: Transaction<'t>, mode: Mode) -> Result<Self> {
        let now = database_time(&transaction).await?;
        Ok(Self::as_of(now, transaction, mode))
    }

    pub fn as_of(now: Timestamp, transaction: Transaction<'t>, mode: Mode) -> Self {
        Self {
            transaction,
            mode,
            now,
        }
    }

    /// The time at which this transaction acts.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Commits the changes. Once this has returned, they survive a crash of the database.
    pub async fn commit(self) -> Result<()> {
        self.transaction.commit().await.map_err(failure)
    }

    async fn all(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>> {
        let statement = self
            .transaction
            .prepare_cached(sql)
            .await
            .map_err(failure)?;
        let mode = self.mode.as_str();
        let params: Vec<_> = [&mode as &(dyn ToSql + Sync)]
            .into_iter()
            .chain(params.iter().copied())
            .collect();
        self.transaction
            .query(&statement, &params)
            .await
            .map_err(failure)
    }

    /// The only row of a statement that selects by a key.
    async fn one(&self, sql: &str, params: Params<'_>) -> Result<Option<Row>> {
        Ok(self.all(sql, params).await?.pop())
    }

    async fn execute(&self, sql: &str, params: Params<'_>) -> Result<()> {
        self.all(sql, params).await.map(drop)
    }
}

/// The current time by the database's clock, which is the same for all instances.
pub async fn database_time(transaction: &Transaction<'_>) -> Result<Timestamp> {
    let sql = "SELECT company_time() AS now";
    let statement = transaction.prepare_cached(sql).await.map_err(failure)?;
    let row = transaction.query_one(&statement, &[]).await;
    moment(&row.map_err(failure)?, "now")
}
