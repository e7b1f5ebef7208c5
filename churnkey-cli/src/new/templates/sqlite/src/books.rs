//! The access to the data in SQLite, with one file for test data and one for live data.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use churnkey::{
    Amount, BillingCycle, Currency, Customer, CustomerId, Email, Error, IntoError, Page,
    PageRequest, Price, PriceId, Result, ResultExt as _, SubscriptionId, SubscriptionPeriod,
    Timestamp,
};
use deadpool_sqlite::{Config, Hook, HookError, Pool, PoolError, Runtime};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, named_params,
};
use rusqlite_migration::{M, Migrations};

use crate::Subscription;
use crate::email::folded;
use crate::subscription::Pause;

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The migrations, in order. New ones are only appended: existing files have applied the earlier
/// ones.
const STEPS: &[M<'_>] = &[M::up(include_str!("../migrations/1_books.sql"))];

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// The `Retry-After` of a request that found the database busy or its disk full.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The connections for reads. Actions have their own, so that reads do not wait behind actions that
/// wait for the write lock.
const READERS: usize = 8;

/// The connections for actions. One of them has the write lock, the others wait for it.
const WRITERS: usize = 4;

/// The data of one mode: two pools of connections. Queries run on blocking threads.
pub(crate) struct Books {
    readers: Pool,
    writers: Pool,
    /// The last write found the disk full.
    is_full: Arc<AtomicBool>,
}

impl Books {
    /// Opens the file, creates it if it does not exist, and brings its tables up to date.
    pub(crate) async fn open(file: PathBuf) -> Result<Self> {
        let books = Self {
            readers: pool(&file, READERS)?,
            writers: pool(&file, WRITERS)?,
            is_full: Arc::default(),
        };
        let migrate = |connection: &mut Connection| MIGRATIONS.to_latest(connection);
        interact(&books.writers, migrate).await?.or_internal()?;
        Ok(books)
    }

    /// Fills the tables with example customers if there are no customers.
    pub(crate) async fn add_examples(&self) -> Result<()> {
        self.write(|transaction| {
            let sql = "SELECT EXISTS (SELECT 1 FROM customers)";
            if !transaction.query_row(sql, [], |row| row.get(0))? {
                transaction.execute_batch(include_str!("../migrations/examples.sql"))?;
            }
            Ok(())
        })
        .await
    }

    pub(crate) async fn add(&self, customer: Customer, subscription: Subscription) -> Result<()> {
        let email = customer.email.as_ref().map_or("", |email| email.as_str());
        let customer = (
            customer.id.to_string(),
            customer.name.as_deref().unwrap_or_default().to_owned(),
            email.to_owned(),
            folded(email),
        );
        self.write(move |transaction| {
            let sql = "INSERT INTO customers (id, name, email, email_folded)
                       VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING";
            transaction.execute(sql, customer)?;
            let sql = "INSERT INTO subscriptions (id, customer_id, price_id, quantity, started_at,
                           period_start, period_end, billing_day, trial_end, unpaid)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let row = (
                subscription.id.as_str(),
                subscription.customer_id.as_str(),
                subscription.price.id.as_str(),
                subscription.quantity,
                subscription.started_at.unix_millis(),
                subscription.period.start.unix_millis(),
                subscription.period.end.unix_millis(),
                subscription.billing_day,
                subscription.trial_end.map(Timestamp::unix_millis),
                subscription.unpaid,
            );
            transaction.execute(sql, row)?;
            Ok(())
        })
        .await
    }

    /// Checks that the file can be read and, if the last write found the disk full, written.
    pub(crate) async fn ping(&self) -> Result<()> {
        let sql = "SELECT 1 FROM sqlite_schema LIMIT 1";
        self.read(move |connection| Ok(connection.query_row(sql, [], |_| Ok(()))?))
            .await?;
        if !self.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.write(|transaction| {
            // Writes a page, and changes nothing.
            let version: i64 =
                transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok(transaction.pragma_update(None, "user_version", version)?)
        })
        .await
    }

    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        self.read(move |connection| {
            let sql = "SELECT * FROM customers WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row([id.as_str()], customer).optional()?)
        })
        .await
    }

    pub(crate) async fn customer_by_email(&self, email: Email) -> Result<Option<Customer>> {
        self.read(move |connection| {
            let sql = "SELECT * FROM customers WHERE email_folded = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let email = folded(email.as_str());
            Ok(statement.query_row([email], customer).optional()?)
        })
        .await
    }

    pub(crate) async fn customers(&self, page: PageRequest) -> Result<Page<Customer>> {
        let after: String = page.after()?.unwrap_or_default();
        self.read(move |connection| {
            let sql = "SELECT * FROM customers WHERE id > ?1 ORDER BY id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_and_then((after, page.limit_plus_one()), customer)?;
            let rows = rows.collect::<Result<_, _>>()?;
            Ok(page.keyset(rows, |one: &Customer| one.id.clone())?)
        })
        .await
    }

    pub(crate) async fn price(&self, id: PriceId) -> Result<Option<Price>> {
        self.read(move |connection| {
            let sql = "SELECT *, id AS price_id FROM prices WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            statement
                .query_and_then([id.as_str()], price)?
                .next()
                .transpose()
        })
        .await
    }

    pub(crate) async fn prices(&self, page: PageRequest) -> Result<Page<Price>> {
        let after: String = page.after()?.unwrap_or_default();
        self.read(move |connection| {
            let sql = "SELECT *, id AS price_id FROM prices WHERE id > ?1 ORDER BY id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_and_then((after, page.limit_plus_one()), price)?;
            let rows = rows.collect::<Work<_>>()?;
            Ok(page.keyset(rows, |one: &Price| one.id.clone())?)
        })
        .await
    }

    pub(crate) async fn subscription(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        self.read(move |connection| find_subscription(connection, &customer, &id))
            .await
    }

    pub(crate) async fn subscriptions(
        &self,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let after: String = page.after()?.unwrap_or_default();
        self.read(move |connection| {
            let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                       FROM subscriptions JOIN prices ON prices.id = price_id
                       WHERE customer_id = ?1 AND subscriptions.id > ?2
                       ORDER BY subscriptions.id LIMIT ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let params = (customer.as_str(), after, page.limit_plus_one());
            let rows = statement.query_and_then(params, subscription)?;
            let rows = rows.collect::<Work<_>>()?;
            Ok(page.keyset(rows, |one: &Subscription| one.id.clone())?)
        })
        .await
    }

    /// Reads and changes a customer's subscription in one transaction. An error changes nothing.
    pub(crate) async fn change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        self.write(move |transaction| {
            let mut subscription = find_subscription(transaction, &customer, &id)?
                .or_not_found("there is no such subscription")?;
            change(&mut subscription)?;
            let sql = "UPDATE subscriptions SET period_start = :period_start,
                           period_end = :period_end, billing_day = :billing_day,
                           pause_start = :pause_start, pause_end = :pause_end,
                           ends_with_period = :ends_with_period, canceled_at = :canceled_at
                       WHERE id = :id";
            let pause = subscription.pause;
            transaction.prepare_cached(sql)?.execute(named_params! {
                ":id": id.as_str(),
                ":period_start": subscription.period.start.unix_millis(),
                ":period_end": subscription.period.end.unix_millis(),
                ":billing_day": subscription.billing_day,
                ":pause_start": pause.map(|pause| pause.start.unix_millis()),
                ":pause_end": pause.map(|pause| pause.end.unix_millis()),
                ":ends_with_period": subscription.ends_with_period,
                ":canceled_at": subscription.canceled_at.map(Timestamp::unix_millis),
            })?;
            Ok(())
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Work<T> + Send + 'static,
    ) -> Result<T> {
        Ok(interact(&self.readers, work).await??)
    }

    /// Runs `work` in a transaction, which is committed if `work` succeeds.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Work<T> + Send + 'static,
    ) -> Result<T> {
        let is_full = Arc::clone(&self.is_full);
        let written = interact(&self.writers, move |connection| {
            let written = in_transaction(connection, work);
            // An action that was refused has not tried to write.
            match &written {
                Ok(_) => is_full.store(false, Ordering::Relaxed),
                Err(error) if error.is_disk_full() => is_full.store(true, Ordering::Relaxed),
                Err(_) => {}
            }
            written
        });
        Ok(written.await??)
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Work<T>,
) -> Work<T> {
    // An immediate transaction takes the write lock before it reads. Otherwise another one could
    // change a row after it was read.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

fn pool(file: &Path, connections: usize) -> Result<Pool> {
    let builder = Config::new(file).builder(Runtime::Tokio1).or_internal()?;
    let pool = builder
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
        .build();
    pool.or_internal()
}

async fn interact<T: Send + 'static>(
    pool: &Pool,
    work: impl FnOnce(&mut Connection) -> T + Send + 'static,
) -> Result<T> {
    let connection = pool.get().await.map_err(|failure| match failure {
        PoolError::Timeout(_) => Error::unavailable(RETRY_AFTER).with_cause(failure),
        PoolError::Backend(error) => WorkError::Database(error).into_error(),
        failure => Error::internal(failure),
    })?;
    let done = connection.interact(work).await;
    done.map_err(|failure| Error::internal(failure.to_string()))
}

/// The result of work on a connection.
type Work<T> = std::result::Result<T, WorkError>;

/// An error of the database, or a response that the work chose.
enum WorkError {
    Database(rusqlite::Error),
    Response(Error),
}

impl WorkError {
    fn is_disk_full(&self) -> bool {
        match self {
            Self::Database(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
            Self::Response(_) => false,
        }
    }
}

impl From<rusqlite::Error> for WorkError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Error> for WorkError {
    fn from(error: Error) -> Self {
        Self::Response(error)
    }
}

impl IntoError for WorkError {
    fn into_error(self) -> Error {
        match self {
            Self::Database(error) if is_temporary(&error) => {
                Error::unavailable(RETRY_AFTER).with_cause(error)
            }
            Self::Database(error) => Error::internal(error),
            Self::Response(error) => error,
        }
    }
}

/// True if the database was busy or its disk full, so that the same request may succeed later.
fn is_temporary(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull)
    )
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(WAIT_LIMIT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // In WAL mode readers and the writer do not block each other.
    connection.pragma_update(None, "journal_mode", "WAL")
}

fn find_subscription(
    connection: &Connection,
    customer: &CustomerId,
    id: &SubscriptionId,
) -> Work<Option<Subscription>> {
    let sql = "SELECT subscriptions.*, name, currency, amount, cycle
               FROM subscriptions JOIN prices ON prices.id = price_id
               WHERE subscriptions.id = ?1 AND customer_id = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query_and_then([id.as_str(), customer.as_str()], subscription)?;
    rows.next().transpose()
}

fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer::new(row.get::<_, String>("id")?)
        .name(row.get::<_, String>("name")?)
        .email(row.get::<_, String>("email")?))
}

fn price(row: &Row<'_>) -> Work<Price> {
    let currency = row.get::<_, String>("currency")?;
    let currency = Currency::try_from(currency).or_internal()?;
    let cycle = match row.get::<_, String>("cycle")?.as_str() {
        "year" => BillingCycle::yearly(),
        _ => BillingCycle::monthly(),
    };
    let amount = Amount::fixed(currency, row.get::<_, i64>("amount")?);
    let price = Price::standalone(row.get::<_, String>("price_id")?, cycle, amount);
    Ok(price.name(row.get::<_, String>("name")?))
}

fn subscription(row: &Row<'_>) -> Work<Subscription> {
    let period = SubscriptionPeriod::new(moment(row, "period_start")?, moment(row, "period_end")?);
    let (start, end) = (moment_if(row, "pause_start")?, moment_if(row, "pause_end")?);
    Ok(Subscription {
        id: row.get::<_, String>("id")?.into(),
        customer_id: row.get::<_, String>("customer_id")?.into(),
        price: price(row)?,
        quantity: row.get("quantity")?,
        started_at: moment(row, "started_at")?,
        period,
        billing_day: row.get("billing_day")?,
        trial_end: moment_if(row, "trial_end")?,
        unpaid: row.get("unpaid")?,
        pause: start.zip(end).map(|(start, end)| Pause { start, end }),
        ends_with_period: row.get("ends_with_period")?,
        canceled_at: moment_if(row, "canceled_at")?,
    })
}

fn moment(row: &Row<'_>, column: &str) -> Work<Timestamp> {
    let moment = moment_if(row, column)?;
    Ok(moment.ok_or_else(|| Error::internal(format!("{column} is missing")))?)
}

fn moment_if(row: &Row<'_>, column: &str) -> Work<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    let moment = |millis| {
        Timestamp::from_unix_millis(millis)
            .ok_or_else(|| Error::internal(format!("{column} is after the year 9999")))
    };
    Ok(millis.map(moment).transpose()?)
}
