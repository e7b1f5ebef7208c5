//! The database, which is SQLite.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

/// The connections to the database.
pub type Pool = sqlx::SqlitePool;

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// Opens a file such as `sqlite:provider.db`, or creates it.
pub(crate) async fn connect(url: &str) -> Result<Pool, sqlx::Error> {
    let options: SqliteConnectOptions = url.parse()?;
    let options = options
        .create_if_missing(true)
        .busy_timeout(WAIT_LIMIT)
        // In WAL mode readers and the writer do not block each other.
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new().acquire_timeout(WAIT_LIMIT);
    pool.connect_with(options).await
}

/// True if the database was busy or its disk full, so that the same request may succeed later.
pub(crate) fn is_temporary(error: &dyn DatabaseError) -> bool {
    // The low byte of a code is `SQLITE_BUSY`, `SQLITE_LOCKED` or `SQLITE_FULL`.
    let code: Option<i32> = error.code().and_then(|code| code.parse().ok());
    matches!(code.map(|code| code & 0xff), Some(5 | 6 | 13))
}
