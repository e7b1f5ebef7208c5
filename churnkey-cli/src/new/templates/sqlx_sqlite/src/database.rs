//! The database, which is SQLite.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};

/// The connections to the database.
pub type Pool = sqlx::SqlitePool;

/// The connections for reads, and the same number for actions.
const CONNECTIONS: u32 = 4;

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// A write that changes nothing.
pub(crate) const PROBE: &str = "PRAGMA user_version = 0";

/// Opens a file such as `sqlite:provider.db`, or creates it.
///
/// A database in memory is refused: its data is lost when the pool closes idle connections.
pub(crate) async fn connect(url: &str) -> Result<Pool, sqlx::Error> {
    let options: SqliteConnectOptions = url.parse()?;
    let options = options
        .create_if_missing(true)
        .busy_timeout(WAIT_LIMIT)
        // In WAL mode readers and the writer do not block each other.
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WAIT_LIMIT);
    let pool = pool.connect_with(options).await?;
    let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
    let file: String = sqlx::query_scalar(sql).fetch_one(&pool).await?;
    if file.is_empty() {
        let message = "the database is in memory: name a file, such as sqlite:provider.db";
        return Err(sqlx::Error::Configuration(message.into()));
    }
    Ok(pool)
}

/// True if the database was busy or its disk full, so that the same request may succeed later.
pub(crate) fn is_temporary(error: &dyn DatabaseError) -> bool {
    matches!(primary_code(error), Some(BUSY | LOCKED | FULL))
}

pub(crate) fn is_disk_full(error: &dyn DatabaseError) -> bool {
    primary_code(error) == Some(FULL)
}

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;

/// The code of an error without its details, which are in the higher bytes.
fn primary_code(error: &dyn DatabaseError) -> Option<i32> {
    let code: i32 = error.code()?.parse().ok()?;
    Some(code & 0xff)
}
