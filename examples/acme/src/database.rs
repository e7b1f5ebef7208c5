//! The database file: its connections, its schema, its transactions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use churnkey::http::StatusCode;
use churnkey::{Error, Result, ResultExt as _};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::error::{failure, is_disk_full};
use crate::pool::Pool;

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The migrations, in order. New ones are only appended: existing files have applied the earlier
/// ones.
const STEPS: &[M<'_>] = &[M::up(include_str!("../migrations/1_books.sql"))];

/// The connections for reads. Actions have their own, so that reads do not wait behind actions that
/// wait for the write lock.
const READERS: usize = 8;

/// The connections for actions. One of them has the write lock, the others wait for it.
const WRITERS: usize = 4;

/// Two pools of connections.
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
            readers: Pool::new(path.to_owned(), READERS),
            writers: Pool::new(path.to_owned(), WRITERS),
            is_full: Arc::default(),
        };
        let migrated = database.writers.run(|connection| {
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
        pool.run(move |connection| {
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
