//! The access to the data in SQLite, with one file for test data and one for live data.

use std::path::PathBuf;
use std::time::Duration;

use churnkey::{
    Amount, BillingCycle, Currency, Customer, CustomerId, Email, Error, Page, PageRequest, Price,
    PriceId, Result, SubscriptionId, SubscriptionPeriod, Timestamp,
};
use deadpool_sqlite::{Config, Hook, HookError, Pool, PoolError, Runtime};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, TransactionBehavior, named_params};
use rusqlite_migration::{M, Migrations};

use crate::Subscription;
use crate::subscription::Pause;

const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// The migrations, in order. New ones are only appended: existing files have applied the earlier
/// ones.
const STEPS: &[M<'_>] = &[M::up(include_str!("../migrations/1_books.sql"))];

/// The longest wait for a connection, and the longest wait for the write lock. After it the request
/// gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// The `Retry-After` of a request that found the database busy.
const RETRY_AFTER: Duration = Duration::from_secs(1);

const CONNECTIONS: usize = 8;

/// The data of one mode: a pool of connections. Queries run on blocking threads.
pub(crate) struct Books {
    pool: Pool,
}

impl Books {
    /// Opens the file, creates it if it does not exist, and brings its tables up to date.
    pub(crate) async fn open(file: PathBuf) -> Result<Self> {
        let pool = Config::new(file)
            .builder(Runtime::Tokio1)?
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
            .build()?;
        let books = Self { pool };
        books
            .with(|connection| Ok(MIGRATIONS.to_latest(connection)?))
            .await?;
        Ok(books)
    }

    /// Fills the tables with example customers if there are no customers.
    pub(crate) async fn add_examples(&self) -> Result<()> {
        self.with(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let sql = "SELECT EXISTS (SELECT 1 FROM customers)";
            if !transaction.query_row(sql, [], |row| row.get(0))? {
                transaction.execute_batch(include_str!("../migrations/examples.sql"))?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    pub(crate) async fn ping(&self) -> Result<()> {
        self.with(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
            .await
    }

    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        self.with(move |connection| {
            let sql = "SELECT * FROM customers WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row([id.as_str()], customer).optional()?)
        })
        .await
    }

    pub(crate) async fn customer_by_email(&self, email: Email) -> Result<Option<Customer>> {
        self.with(move |connection| {
            // The column ignores case in comparisons.
            let sql = "SELECT * FROM customers WHERE email = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row([email.as_str()], customer).optional()?)
        })
        .await
    }

    pub(crate) async fn customers(&self, page: PageRequest) -> Result<Page<Customer>> {
        let after: String = page.after()?.unwrap_or_default();
        self.with(move |connection| {
            let sql = "SELECT * FROM customers WHERE id > ?1 ORDER BY id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_and_then((after, page.limit_plus_one()), customer)?;
            page.keyset(rows.collect::<Result<_, _>>()?, |one| one.id.clone())
        })
        .await
    }

    pub(crate) async fn price(&self, id: PriceId) -> Result<Option<Price>> {
        self.with(move |connection| {
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
        self.with(move |connection| {
            let sql = "SELECT *, id AS price_id FROM prices WHERE id > ?1 ORDER BY id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_and_then((after, page.limit_plus_one()), price)?;
            page.keyset(rows.collect::<Result<_>>()?, |one: &Price| one.id.clone())
        })
        .await
    }

    pub(crate) async fn subscription(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        self.with(move |connection| find_subscription(connection, &customer, &id))
            .await
    }

    pub(crate) async fn subscriptions(
        &self,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let after: String = page.after()?.unwrap_or_default();
        self.with(move |connection| {
            let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                       FROM subscriptions JOIN prices ON prices.id = price_id
                       WHERE customer_id = ?1 AND subscriptions.id > ?2
                       ORDER BY subscriptions.id LIMIT ?3";
            let mut statement = connection.prepare_cached(sql)?;
            let params = (customer.as_str(), after, page.limit_plus_one());
            let rows = statement.query_and_then(params, subscription)?;
            page.keyset(rows.collect::<Result<_>>()?, |one: &Subscription| {
                one.id.clone()
            })
        })
        .await
    }

    /// Reads and changes a customer's subscription in one transaction. An error changes nothing.
    pub(crate) async fn change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription, Timestamp) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        self.with(move |connection| {
            // An immediate transaction takes the write lock before it reads. Otherwise another one
            // could change the row after it was read.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut subscription = find_subscription(&transaction, &customer, &id)?
                .ok_or_else(|| Error::not_found("there is no such subscription"))?;
            change(&mut subscription, Timestamp::now())?;
            let sql = "UPDATE subscriptions SET pause_start = :pause_start, pause_end = :pause_end,
                           canceled_at = :canceled_at WHERE id = :id";
            let pause = subscription.pause;
            transaction.prepare_cached(sql)?.execute(named_params! {
                ":id": id.as_str(),
                ":pause_start": pause.map(|pause| pause.start.unix_millis()),
                ":pause_end": pause.map(|pause| pause.end.unix_millis()),
                ":canceled_at": subscription.canceled_at.map(Timestamp::unix_millis),
            })?;
            Ok(transaction.commit()?)
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.pool.get().await.map_err(|failure| match failure {
            PoolError::Timeout(_) => Error::unavailable(RETRY_AFTER).with_cause(failure),
            failure => Error::internal(failure),
        })?;
        let done = connection.interact(work).await;
        let done = done.map_err(|failure| Error::internal(failure.to_string()))?;
        done.map_err(|error| match is_busy(&error) {
            true => Error::unavailable(RETRY_AFTER).with_cause("the database is busy"),
            false => error,
        })
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(WAIT_LIMIT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // In WAL mode readers and the writer do not block each other.
    connection.pragma_update(None, "journal_mode", "WAL")
}

fn is_busy(error: &Error) -> bool {
    let cause = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    let code = cause.and_then(rusqlite::Error::sqlite_error_code);
    matches!(
        code,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn find_subscription(
    connection: &Connection,
    customer: &CustomerId,
    id: &SubscriptionId,
) -> Result<Option<Subscription>> {
    let sql = "SELECT subscriptions.*, name, currency, amount, cycle
               FROM subscriptions JOIN prices ON prices.id = price_id
               WHERE subscriptions.id = ?1 AND customer_id = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query_and_then([id.as_str(), customer.as_str()], subscription)?;
    rows.next().transpose()
}

fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    let (id, name, email): (String, String, String) =
        (row.get("id")?, row.get("name")?, row.get("email")?);
    Ok(Customer::new(id).name(name).email(email))
}

fn price(row: &Row<'_>) -> Result<Price> {
    let (id, name): (String, String) = (row.get("price_id")?, row.get("name")?);
    let currency: Currency = row.get::<_, String>("currency")?.parse()?;
    let cycle = match row.get_ref("cycle")?.as_str()? {
        "year" => BillingCycle::yearly(),
        _ => BillingCycle::monthly(),
    };
    let amount: i64 = row.get("amount")?;
    Ok(Price::standalone(id, cycle, Amount::fixed(currency, amount)).name(name))
}

fn subscription(row: &Row<'_>) -> Result<Subscription> {
    let (id, customer): (String, String) = (row.get("id")?, row.get("customer_id")?);
    let period = SubscriptionPeriod::new(moment(row, "period_start")?, moment(row, "period_end")?);
    let (start, end) = (moment_if(row, "pause_start")?, moment_if(row, "pause_end")?);
    Ok(Subscription {
        id: id.into(),
        customer_id: customer.into(),
        price: price(row)?,
        quantity: row.get::<_, i64>("quantity")?.try_into()?,
        started_at: moment(row, "started_at")?,
        period,
        pause: start.zip(end).map(|(start, end)| Pause { start, end }),
        canceled_at: moment_if(row, "canceled_at")?,
    })
}

fn moment(row: &Row<'_>, column: &str) -> Result<Timestamp> {
    moment_if(row, column)?.ok_or_else(|| Error::internal(format!("{column} is missing")))
}

fn moment_if(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    let moment = |millis| {
        Timestamp::from_unix_millis(millis)
            .ok_or_else(|| Error::internal(format!("{column} is after the year 9999")))
    };
    millis.map(moment).transpose()
}
