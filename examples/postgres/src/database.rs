//! The database: its connections, its schema, its transactions.

use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use churnkey::{Error, Mode, Result, ResultExt as _};
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use crate::books::{self, Books};

/// The migrations, in order. New ones are only appended: existing databases have applied the
/// earlier ones.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/1_books.sql")];

/// The advisory lock that an instance holds while it migrates. Any number that nothing else in the
/// database uses.
const MIGRATION_LOCK: i64 = 0x0061_636d_6500;

/// The longest wait for a connection. After it the request gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(1);

/// The longest time for an action with all its attempts. It matters if the database neither answers
/// nor closes the connection.
const DEADLINE: Duration = Duration::from_secs(10);

/// The `Retry-After` of a request that found the database busy or not reachable.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The number of attempts of an action that conflicts with another one each time.
const ATTEMPTS: usize = 5;

/// Time limits that the database enforces on each connection, in milliseconds: for a statement, for
/// the wait for a lock, and for an idle transaction. The last one releases the locks of an instance
/// that no longer responds.
const SESSION: &str =
    "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000";

/// Two pools of connections. Actions have their own, so that reads do not wait behind actions that
/// wait for locked rows.
pub struct Database {
    readers: Pool,
    writers: Pool,
    /// The last action found the disk of the database full.
    is_full: AtomicBool,
}

impl Database {
    /// Creates the pools, each with half of the connections. A single connection is shared by reads
    /// and actions. Connections are opened on first use.
    pub fn new(url: &str, connections: usize) -> Result<Self> {
        let mut config: Config = url.parse().map_err(failure)?;
        let options = [config.get_options().unwrap_or_default(), SESSION].join(" ");
        config
            .options(options.trim())
            .application_name("acme")
            .connect_timeout(WAIT_LIMIT)
            .keepalives_idle(DEADLINE);
        // Tests a connection before it is used again. This costs a round trip, and also finds
        // connections that hang.
        let recycling_method = RecyclingMethod::Verified;
        let manager = ManagerConfig { recycling_method };
        let pool = |connections: usize| {
            Pool::builder(Manager::from_config(config.clone(), NoTls, manager.clone()))
                .max_size(connections.max(1))
                .runtime(Runtime::Tokio1)
                .wait_timeout(Some(WAIT_LIMIT))
                .create_timeout(Some(WAIT_LIMIT))
                .recycle_timeout(Some(WAIT_LIMIT))
                .build()
                .or_internal()
        };
        let readers = pool(connections.div_ceil(2))?;
        let writers = match connections / 2 {
            0 => readers.clone(),
            half => pool(half)?,
        };
        Ok(Self {
            readers,
            writers,
            is_full: AtomicBool::new(false),
        })
    }

    /// Creates and fills the tables, or applies the migrations that are new since the last version.
    /// Instances that start at the same time run this one after the other; only the first one has
    /// work to do.
    pub async fn migrate(&self) -> Result<()> {
        let mut connection = self.writer().await?;
        let mut transaction = connection.transaction().await.map_err(failure)?;
        transaction
            .batch_execute(&format!(
                "SET LOCAL lock_timeout = '60s';
                 SET LOCAL statement_timeout = '60s';
                 SELECT pg_advisory_xact_lock({MIGRATION_LOCK});
                 CREATE TABLE IF NOT EXISTS migrations (
                     version integer PRIMARY KEY,
                     taken_at timestamptz NOT NULL DEFAULT now()
                 )"
            ))
            .await
            .map_err(failure)?;
        let taken: i64 = transaction
            .query_one("SELECT count(*) FROM migrations", &[])
            .await
            .and_then(|row| row.try_get(0))
            .map_err(failure)?;
        let taken = usize::try_from(taken).or_internal()?;
        for (version, migration) in (1_i32..).zip(MIGRATIONS).skip(taken) {
            transaction
                .batch_execute(migration)
                .await
                .map_err(failure)?;
            transaction
                .execute("INSERT INTO migrations (version) VALUES ($1)", &[&version])
                .await
                .map_err(failure)?;
        }
        let now = books::database_time(&transaction).await?;
        for mode in [Mode::Test, Mode::Live] {
            let books = Books::as_of(now, transaction.transaction().await.map_err(failure)?, mode);
            books.seed().await?;
            books.commit().await?;
        }
        transaction.commit().await.map_err(failure)
    }

    pub async fn reader(&self) -> Result<Object> {
        self.readers.get().await.map_err(no_connection)
    }

    pub async fn writer(&self) -> Result<Object> {
        self.writers.get().await.map_err(no_connection)
    }

    /// Checks that the database can be reached and, if the last action found its disk full, that a
    /// table can grow again.
    pub async fn ping(&self) -> Result<()> {
        drop(self.reader().await?);
        if !self.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        let probe = "CREATE TEMPORARY TABLE probe AS SELECT 1; DROP TABLE probe";
        let connection = self.writer().await?;
        connection.batch_execute(probe).await.map_err(failure)?;
        self.is_full.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Runs an action, and repeats it from the start if its transaction conflicts with another one.
    /// Each attempt must use a new transaction and have no other effects.
    pub async fn carry_out<T, W: Future<Output = Result<T>>>(
        &self,
        action: impl Fn() -> W,
    ) -> Result<T> {
        let done = retry_conflicts(action).await;
        match &done {
            Ok(_) => self.is_full.store(false, Ordering::Relaxed),
            Err(error) if code(error) == Some(&SqlState::DISK_FULL) => {
                self.is_full.store(true, Ordering::Relaxed);
            }
            Err(_) => {}
        }
        done
    }
}

async fn retry_conflicts<T, W: Future<Output = Result<T>>>(work: impl Fn() -> W) -> Result<T> {
    let attempts = async {
        for _ in 0..ATTEMPTS {
            match work().await {
                Err(error) if is_conflict(&error) => {}
                done => return done,
            }
        }
        Err(unavailable(
            "every attempt conflicted with another transaction",
        ))
    };
    let done = timeout(DEADLINE, attempts).await;
    done.unwrap_or_else(|elapsed| Err(unavailable(elapsed)))
}

/// Converts a database error into a response: a 503 if the same request may succeed later,
/// otherwise an opaque 500.
///
/// A connection that breaks during a commit is a 503 too. The outcome is unknown then: the request
/// is sent again, and the books show whether it was carried out.
pub fn failure(error: tokio_postgres::Error) -> Error {
    match error.code() {
        // No column can hold a string with a NUL, so nothing with such an id exists.
        Some(code) if *code == SqlState::CHARACTER_NOT_IN_REPERTOIRE => {
            Error::not_found("nothing with this id exists").with_cause(error)
        }
        Some(code) if TEMPORARY.contains(code) || CONFLICT.contains(code) => unavailable(error),
        Some(_) => Error::internal(error),
        None if is_disconnected(&error) => unavailable(error),
        None => Error::internal(error),
    }
}

const TEMPORARY: &[SqlState] = &[
    SqlState::DISK_FULL,
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::QUERY_CANCELED,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

/// The errors of a transaction that conflicted with another one.
const CONFLICT: &[SqlState] = &[
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
];

/// True if the connection is broken or could not be opened.
fn is_disconnected(error: &tokio_postgres::Error) -> bool {
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    error.is_closed() || io.is_some()
}

fn is_conflict(error: &Error) -> bool {
    let cause = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<tokio_postgres::Error>())
        .and_then(tokio_postgres::Error::as_db_error);
    cause.is_some_and(|error| {
        CONFLICT.contains(error.code()) || error.constraint() == Some(books::KEY_OF_ACTIONS)
    })
}

/// The code of the database's error behind a response.
fn code(error: &Error) -> Option<&SqlState> {
    let cause = error.cause()?.downcast_ref::<tokio_postgres::Error>();
    cause.and_then(tokio_postgres::Error::code)
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Timeout(_) => unavailable(error),
        PoolError::Backend(error) => failure(error),
        error => Error::internal(error),
    }
}

fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable(RETRY_AFTER).with_cause(cause)
}
