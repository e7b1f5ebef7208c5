//! The database, which is PostgreSQL.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The connections to the database.
pub type Pool = sqlx::PgPool;

/// The connections of this instance for reads, and the same number for actions.
const CONNECTIONS: u32 = 4;

/// A write that changes nothing, for which a table has to grow.
pub(crate) const PROBE: &str = "CREATE TEMPORARY TABLE probe AS SELECT 1; DROP TABLE probe";

/// The longest wait for a connection. After it the request gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// Connects to a database such as `postgresql://user:password@host:port/name`.
///
/// The connection is not encrypted. On a shared network, switch on a TLS feature of sqlx, such as
/// `tls-rustls`.
pub(crate) async fn connect(url: &str) -> Result<Pool, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.options([("statement_timeout", "5s"), ("lock_timeout", "3s")]);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(WAIT_LIMIT);
    pool.connect_with(options).await
}

/// True if the database was busy or not available, so that the same request may succeed later.
pub(crate) fn is_temporary(error: &dyn DatabaseError) -> bool {
    const CODES: &[&str] = &[
        DISK_FULL, "53300", // too many connections
        "55P03", // lock not available
        "57014", // query canceled
        "57P01", // admin shutdown
        "57P02", // crash shutdown
        "57P03", // cannot connect now
    ];
    error.code().is_some_and(|code| CODES.contains(&&*code))
}

pub(crate) fn is_disk_full(error: &dyn DatabaseError) -> bool {
    error.code().is_some_and(|code| code == DISK_FULL)
}

const DISK_FULL: &str = "53100";
