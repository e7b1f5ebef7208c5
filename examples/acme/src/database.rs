//! The database file: its connections, its schema, its transactions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use churnkey::http::StatusCode;

use churnkey::{Error, Result, ResultExt as _};
use deadpool_sqlite::{Config, Hook, HookError, Pool, PoolError, Runtime};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The migrations, in order. New ones are only appended: existing files have applied the earlier
/// ones.
const STEPS: &[M<'_>] = &[M::up(include_str!("../migrations/1_books.sql"))];

/// The connections for reads. Actions have their own, so that reads do not wait behind actions that
/// wait for the write lock.
const READERS: usize = 8;

/// The connections for actions. One of them has the write lock, the others wait for it.
const WRITERS: usize = 4;

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(2);

/// The `Retry-After` of a request that found the database busy, or its disk full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Two pools of connections. Queries run on the blocking threads of the async runtime.
pub struct Database {
    readers: Pool,
    writers: Pool,
    /// The last write found the disk full.
    is_full: Arc<AtomicBool>,
}

impl Database {
    /// Opens the file, creates it if it does not exist, and brings its schema up to date.
    ///
    /// A database in memory is refused: each connection would have one of its own.
    pub async fn open(path: &Path) -> Result<Self> {
        let database = Self {
            readers: pool(path, READERS)?,
            writers: pool(path, WRITERS)?,
            is_full: Arc::default(),
        };
        let migrated = interact(&database.writers, |connection| {
            if connection.path().is_none_or(str::is_empty) {
                let message = "the database is in memory: name a file";
                return Err(Error::new(StatusCode::INTERNAL_SERVER_ERROR, message));
            }
            MIGRATIONS.to_latest(connection).or_internal()
        });
        migrated.await?;
        Ok(database)
    }

    /// Checks that the database can be read and, if the last write found the disk full, written.
    pub async fn ping(&self) -> Result<()> {
        self.transaction(TransactionBehavior::Deferred, |transaction| {
            transaction
                .query_row("SELECT 1 FROM sqlite_schema LIMIT 1", [], |_| Ok(()))
                .map_err(failure)
        })
        .await?;
        if !self.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.transaction(TransactionBehavior::Immediate, |transaction| {
            // Writes a page, and changes nothing.
            let version: i64 = transaction
                .pragma_query_value(None, "user_version", |row| row.get(0))
                .map_err(failure)?;
            transaction
                .pragma_update(None, "user_version", version)
                .map_err(failure)
        })
        .await
    }

    /// Runs `work` in one transaction, which is committed if `work` succeeds and rolled back
    /// otherwise.
    pub async fn transaction<T: Send + 'static>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let pool = match behavior {
            TransactionBehavior::Deferred => &self.readers,
            _ => &self.writers,
        };
        let is_full = Arc::clone(&self.is_full);
        interact(pool, move |connection| {
            let result = in_transaction(connection, behavior, work);
            match &result {
                Err(error) if is_disk_full(error) => is_full.store(true, Ordering::Relaxed),
                Ok(_) if !matches!(behavior, TransactionBehavior::Deferred) => {
                    is_full.store(false, Ordering::Relaxed);
                }
                _ => {}
            }
            result
        })
        .await
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    behavior: TransactionBehavior,
    work: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<T> {
    let transaction = connection
        .transaction_with_behavior(behavior)
        .map_err(failure)?;
    let result = work(&transaction)?;
    transaction.commit().map_err(failure)?;
    Ok(result)
}

fn pool(path: &Path, connections: usize) -> Result<Pool> {
    let builder = Config::new(path).builder(Runtime::Tokio1).or_internal()?;
    builder
        .max_size(connections)
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
        .or_internal()
}

async fn interact<T: Send + 'static>(
    pool: &Pool,
    work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let connection = pool.get().await.map_err(no_connection)?;
    // Only the message is kept: the failure itself may hold the payload of a panic.
    connection
        .interact(work)
        .await
        .map_err(|failure| Error::internal(failure.to_string()))?
}

/// Applies the settings that SQLite needs on each connection.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(WAIT_LIMIT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // In WAL mode readers and the writer do not block each other. `synchronous` stays FULL: when an
    // action is answered, its change is on disk.
    connection.pragma_update(None, "journal_mode", "WAL")
}

/// Converts a database error into a response: a 503 if the database is busy or its disk is full,
/// otherwise an opaque 500.
pub fn failure(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => {
            Error::unavailable(RETRY_AFTER).with_cause(error)
        }
        _ => Error::internal(error),
    }
}

fn is_disk_full(error: &Error) -> bool {
    let cause = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    cause.and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::DiskFull)
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Timeout(_) => Error::unavailable(RETRY_AFTER).with_cause(error),
        PoolError::Backend(error) => failure(error),
        error => Error::internal(error),
    }
}
