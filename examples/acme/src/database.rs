//! The one file on disk: its connections, its schema, its transactions.

use std::path::Path;
use std::time::Duration;

use churnkey::{Error, Result};
use deadpool_sqlite::{Config, Hook, HookError, Pool, PoolError, Runtime};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// In order, and only ever added to: a file that exists has taken the earlier ones.
const STEPS: &[M<'_>] = &[M::up(include_str!("../migrations/1_books.sql"))];

const CONNECTIONS: usize = 8;

/// How long a request waits for a connection, and then again for its turn to write. Then it is
/// better told to come back than kept.
const PATIENCE: Duration = Duration::from_secs(2);

/// When a request that found the database busy may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A pool of connections whose work happens on the runtime's blocking threads.
pub struct Database {
    pool: Pool,
}

impl Database {
    /// Opens the file, makes it if there is none, and brings its schema up to date.
    pub async fn open(path: &Path) -> Result<Self> {
        let pool = Config::new(path)
            .builder(Runtime::Tokio1)?
            .max_size(CONNECTIONS)
            .wait_timeout(Some(PATIENCE))
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
            .build()?;
        let database = Self { pool };
        database
            .interact(|connection| Ok(MIGRATIONS.to_latest(connection)?))
            .await?;
        Ok(database)
    }

    /// Does some work in one transaction, which is kept if the work succeeds and leaves no trace if
    /// it does not.
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
        // The failure itself may hold a panic's payload, which is not for an error to carry.
        connection
            .interact(work)
            .await
            .map_err(|failure| Error::internal(failure.to_string()))?
    }
}

/// What SQLite keeps per connection, or checks quickly when it is so already.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Readers do not wait for the writer, nor the writer for them. `synchronous` stays FULL: an
    // action that was answered is on disk.
    connection.pragma_update(None, "journal_mode", "WAL")
}

/// The answer to a failure of the database: an opaque 500, or a 503 if it is only busy.
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
