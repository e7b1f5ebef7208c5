//! The database: its connections, its schema, its transactions.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use churnkey::{Error, Mode, Result};
use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use crate::books::{self, Books};

/// In order, and only ever added to: a database that exists has taken the earlier ones.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/1_books.sql")];

/// The name of the lock that instances take to migrate: any number, as long as nothing else in the
/// database takes it.
const MIGRATION_LOCK: i64 = 0x0061_636d_6500;

/// How long a request waits for a connection. Then it is better told to come back than kept.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long an action may take in all, for when the database neither answers nor hangs up.
const DEADLINE: Duration = Duration::from_secs(10);

/// When a request that found the database busy or away may try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often an action is begun that loses to another one each time.
const ATTEMPTS: usize = 5;

/// What the database itself sees to on each connection, in milliseconds: it ends a statement that takes too long, a wait
/// for a row that another has, and a transaction whose instance has fallen silent and would keep its rows for ever.
const SESSION: &str =
    "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000";

/// A pool of connections.
pub struct Database {
    pool: Pool,
}

impl Database {
    /// Does not connect yet.
    pub fn new(url: &str, connections: usize) -> Result<Self> {
        let mut config: Config = url.parse()?;
        let options = [config.get_options().unwrap_or_default(), SESSION].join(" ");
        config
            .options(options.trim())
            .application_name("acme")
            .connect_timeout(PATIENCE)
            .keepalives_idle(DEADLINE);
        // Asks before a connection is used again, which costs a round trip and finds those that hang as well as those that
        // are closed.
        let recycling_method = RecyclingMethod::Verified;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager)
            .max_size(connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .recycle_timeout(Some(PATIENCE))
            .build()?;
        Ok(Self { pool })
    }

    /// Makes the tables and fills them, or adds what is new since the last version. Instances that start at once
    /// do so one after the other, and all but the first find nothing to do.
    pub async fn migrate(&self) -> Result<()> {
        let mut connection = self.connection().await?;
        let mut transaction = connection.transaction().await.map_err(failure)?;
        transaction
            .batch_execute(&format!(
                "SET LOCAL lock_timeout = '60s';
                 SET LOCAL statement_timeout = '60s';
                 SELECT pg_advisory_xact_lock({MIGRATION_LOCK});
                 CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, taken_at timestamptz NOT NULL DEFAULT now())"
            ))
            .await?;
        let taken: i64 = transaction
            .query_one("SELECT count(*) FROM migrations", &[])
            .await?
            .try_get(0)?;
        for (version, migration) in (1_i32..).zip(MIGRATIONS).skip(usize::try_from(taken)?) {
            transaction.batch_execute(migration).await?;
            transaction
                .execute("INSERT INTO migrations (version) VALUES ($1)", &[&version])
                .await?;
        }
        let now = books::present(&transaction).await?;
        for mode in [Mode::Test, Mode::Live] {
            let books = Books::as_of(now, transaction.transaction().await?, mode);
            books.sow().await?;
            books.commit().await?;
        }
        Ok(transaction.commit().await?)
    }

    pub async fn connection(&self) -> Result<Object> {
        self.pool.get().await.map_err(no_connection)
    }
}

/// Does some work, and again from the start if it has lost to another transaction. Each time it takes a transaction of its own,
/// and leaves no trace elsewhere.
pub async fn until_won<T, W: Future<Output = Result<T>>>(work: impl Fn() -> W) -> Result<T> {
    let attempts = async {
        for _ in 0..ATTEMPTS {
            match work().await {
                Err(error) if has_lost(&error) => {}
                done => return done,
            }
        }
        Err(unavailable("lost to other transactions again and again"))
    };
    let done = timeout(DEADLINE, attempts).await;
    done.unwrap_or_else(|late| Err(unavailable(late)))
}

/// The answer to a failure of the database: an opaque 500, or a 503 if the same request may go through later.
///
/// A connection that breaks while a transaction is committed leaves open whether it was. That is a 503 too: the request
/// comes again, and the books tell whether it has been carried out.
pub fn failure(error: tokio_postgres::Error) -> Error {
    match error.code() {
        // A text with a NUL, which no column can hold: what has it in its id is not there.
        Some(code) if *code == SqlState::CHARACTER_NOT_IN_REPERTOIRE => {
            Error::not_found("there is nothing with such an id").with_cause(error)
        }
        Some(code) if TEMPORARY.contains(code) || LOST.contains(code) => unavailable(error),
        Some(_) => Error::internal(error),
        None if is_cut_off(&error) => unavailable(error),
        None => Error::internal(error),
    }
}

const TEMPORARY: &[SqlState] = &[
    SqlState::ADMIN_SHUTDOWN,
    SqlState::CRASH_SHUTDOWN,
    SqlState::CANNOT_CONNECT_NOW,
    SqlState::TOO_MANY_CONNECTIONS,
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::QUERY_CANCELED,
    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
];

/// What becomes of one of two transactions that cannot both have been the first.
const LOST: &[SqlState] = &[
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
];

/// The connection is broken, or there was none to be had.
fn is_cut_off(error: &tokio_postgres::Error) -> bool {
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    error.is_closed() || io.is_some()
}

fn has_lost(error: &Error) -> bool {
    let cause = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<tokio_postgres::Error>())
        .and_then(tokio_postgres::Error::as_db_error);
    cause.is_some_and(|error| {
        LOST.contains(error.code()) || error.constraint() == Some(books::KEY_OF_ACTIONS)
    })
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
