//! The database file: its connections, its schema, its transactions.

use std::path::Path;
use std::time::Duration;

use churnkey::{Error, Result, ResultExt as _};
use deadpool_sqlite::{Config, Hook, HookError, Pool, PoolError, Runtime};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The migrations, in order. New ones are only appended: existing files have applied the earlier
/// ones.
const STEPS: &[M<'_>] = &[M::up(include_str!("../migrations/1_books.sql"))];

const CONNECTIONS: usize = 8;

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(2);

/// The `Retry-After` of a request that found the database busy.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A pool of connections. Queries run on the blocking threads of the async runtime.
pub struct Database {
    pool: Pool,
}

impl Database {
    /// Opens the file, creates it if it does not exist, and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<Self> {
        let pool = Config::new(path)
            .builder(Runtime::Tokio1)
            .or_internal()?
            .max_size(CONNECTIONS)
            .wait_timeout(Some(WAIT_LIMIT))
            .post_create(Hook::async_fn(|connection, _| {
                Box::pin(async move {
                    let configured = connection
                        .interact(|connection| configure(connection))
                        .await;
                    configured
                        .map_err(|failure| HookError::message(failure.to_string()))?
                        .map_err(HookError::Backend)
                })
            }))
            .build()
            .or_internal()?;
        let database = Self { pool };
        database
            .interact(|connection| MIGRATIONS.to_latest(connection).or_internal())
            .await?;
        Ok(database)
    }

    /// Runs `work` in one transaction, which is committed if `work` succeeds and rolled back
    /// otherwise.
    pub async fn transaction<T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.interact(move |connection| {
            let transaction = connection
                .transaction_with_behavior(behavior)
                .map_err(failure)?;
            let result = work(&transaction)?;
            transaction.commit().map_err(failure)?;
            Ok(result)
        })
        .await
    }

    async fn interact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.pool.get().await.map_err(no_connection)?;
        // Only the message is kept: the failure itself may hold the payload of a panic.
        connection
            .interact(work)
            .await
            .map_err(|failure| Error::internal(failure.to_string()))?
    }
}

/// Applies the settings that SQLite needs on each connection.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(WAIT_LIMIT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // In WAL mode readers and the writer do not block each other. `synchronous` stays FULL: when an
    // action is answered, its change is on disk.
    connection.pragma_update(None, "journal_mode", "WAL")
}

/// Converts a database error into a response: a 503 if the database is busy, otherwise an opaque
/// 500.
pub fn failure(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Error::unavailable(RETRY_AFTER).with_cause(error)
        }
        _ => Error::internal(error),
    }
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Timeout(_) => Error::unavailable(RETRY_AFTER).with_cause(error),
        PoolError::Backend(error) => failure(error),
        error => Error::internal(error),
    }
}
