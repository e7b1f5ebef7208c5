//! The access to the data in PostgreSQL, with a schema for test data and one for live data.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use churnkey::{
    Amount, BillingCycle, Currency, Customer, CustomerId, Email, Error, Page, PageRequest, Price,
    PriceId, Result, ResultExt as _, SubscriptionId, SubscriptionPeriod, Timestamp,
};
use deadpool_postgres::{Manager, Object, Pool, PoolError, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Config, NoTls, Row};

use crate::Subscription;
use crate::email::folded;
use crate::subscription::Pause;

/// The migrations, in order. New ones are only appended: existing schemas have applied the earlier
/// ones.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/1_books.sql")];

/// The advisory lock that an instance holds while it migrates. Any number that nothing else in the
/// database uses.
const MIGRATION_LOCK: i64 = 0x0063_6b00;

/// The longest wait for a connection. After it the request gets a 503.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// The `Retry-After` of a request that found the database busy or not reachable.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The maximum number of connections of this instance for reads, for each mode. Actions have their
/// own, so that reads do not wait behind actions that wait for locked rows.
const READERS: usize = 4;

/// The maximum number of connections of this instance for actions, for each mode.
const WRITERS: usize = 4;

/// The data of one mode.
pub(crate) struct Books {
    readers: Pool,
    writers: Pool,
    /// The last action found the disk of the database full.
    is_full: AtomicBool,
}

impl Books {
    /// Connects, creates the schema if it does not exist, and brings its tables up to date.
    /// Instances that start at the same time do this one after the other.
    pub(crate) async fn open(database: &Config, schema: &str) -> Result<Self> {
        let mut config = database.clone();
        let session = format!("-c search_path={schema} -c statement_timeout=5s -c lock_timeout=3s");
        config.options([config.get_options().unwrap_or_default(), &session].join(" "));
        config.connect_timeout(WAIT_LIMIT);
        // The connection is not encrypted. On a shared network, use a TLS connector, such as that
        // of `tokio-postgres-rustls`.
        let pool = |connections| {
            Pool::builder(Manager::new(config.clone(), NoTls))
                .max_size(connections)
                .runtime(Runtime::Tokio1)
                .wait_timeout(Some(WAIT_LIMIT))
                .create_timeout(Some(WAIT_LIMIT))
                .build()
                .or_internal()
        };
        let books = Self {
            readers: pool(READERS)?,
            writers: pool(WRITERS)?,
            is_full: AtomicBool::new(false),
        };
        books.migrate(schema).await?;
        Ok(books)
    }

    async fn migrate(&self, schema: &str) -> Result<()> {
        let mut connection = self.writers.get().await.map_err(no_connection)?;
        self.apply_migrations(&mut connection, schema)
            .await
            .map_err(failure)
    }

    async fn apply_migrations(
        &self,
        connection: &mut Object,
        schema: &str,
    ) -> std::result::Result<(), tokio_postgres::Error> {
        let transaction = connection.transaction().await?;
        let prepare = format!(
            "SET LOCAL lock_timeout = '60s';
             SET LOCAL statement_timeout = '60s';
             SELECT pg_advisory_xact_lock({MIGRATION_LOCK});
             CREATE SCHEMA IF NOT EXISTS {schema};
             CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY)"
        );
        transaction.batch_execute(&prepare).await?;
        let taken = "SELECT max(version) FROM migrations";
        let taken: Option<i32> = transaction.query_one(taken, &[]).await?.try_get(0)?;
        for (version, migration) in (1_i32..).zip(MIGRATIONS) {
            if taken.is_some_and(|taken| version <= taken) {
                continue;
            }
            transaction.batch_execute(migration).await?;
            let sql = "INSERT INTO migrations (version) VALUES ($1)";
            transaction.execute(sql, &[&version]).await?;
        }
        transaction.commit().await
    }

    /// Fills the tables with example customers if there are no customers.
    pub(crate) async fn add_examples(&self) -> Result<()> {
        let mut connection = self.writers.get().await.map_err(no_connection)?;
        let transaction = connection.transaction().await.map_err(failure)?;
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        transaction.batch_execute(&lock).await.map_err(failure)?;
        let sql = "SELECT 1 FROM customers LIMIT 1";
        let customer = transaction.query_opt(sql, &[]).await.map_err(failure)?;
        if customer.is_none() {
            transaction
                .batch_execute(include_str!("../migrations/examples.sql"))
                .await
                .map_err(failure)?;
        }
        transaction.commit().await.map_err(failure)
    }

    pub(crate) async fn add(&self, customer: Customer, subscription: Subscription) -> Result<()> {
        let mut connection = self.writers.get().await.map_err(no_connection)?;
        let transaction = connection.transaction().await.map_err(failure)?;
        let email = customer.email.as_ref().map_or("", |email| email.as_str());
        let name = customer.name.as_deref().unwrap_or_default();
        let sql = "INSERT INTO customers (id, name, email, email_folded)
                   VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
        let params: &[&(dyn ToSql + Sync)] =
            &[&customer.id.as_str(), &name, &email, &folded(email)];
        transaction.execute(sql, params).await.map_err(failure)?;
        let sql = "INSERT INTO subscriptions (id, customer_id, price_id, quantity, started_at,
                       period_start, period_end, billing_day, trial_end, unpaid)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let params: &[&(dyn ToSql + Sync)] = &[
            &subscription.id.as_str(),
            &subscription.customer_id.as_str(),
            &subscription.price.id.as_str(),
            &subscription.quantity,
            &time(subscription.started_at)?,
            &time(subscription.period.start)?,
            &time(subscription.period.end)?,
            &subscription.billing_day,
            &time_if(subscription.trial_end)?,
            &subscription.unpaid,
        ];
        transaction.execute(sql, params).await.map_err(failure)?;
        transaction.commit().await.map_err(failure)
    }

    /// Checks that the database can be reached and, if the last action found its disk full, that a
    /// table can grow again.
    pub(crate) async fn ping(&self) -> Result<()> {
        self.rows("SELECT 1", &[]).await?;
        if !self.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        let probe = "CREATE TEMPORARY TABLE probe AS SELECT 1; DROP TABLE probe";
        let connection = self.writers.get().await.map_err(no_connection)?;
        connection.batch_execute(probe).await.map_err(failure)?;
        self.is_full.store(false, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        let sql = "SELECT * FROM customers WHERE id = $1";
        let rows = self.rows(sql, &[&id.as_str()]).await?;
        rows.first().map(customer).transpose()
    }

    pub(crate) async fn customer_by_email(&self, email: Email) -> Result<Option<Customer>> {
        let sql = "SELECT * FROM customers WHERE email_folded = $1";
        let rows = self.rows(sql, &[&folded(email.as_str())]).await?;
        rows.first().map(customer).transpose()
    }

    pub(crate) async fn customers(&self, page: PageRequest) -> Result<Page<Customer>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT * FROM customers WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = self.rows(sql, &[&after, &page.limit_plus_one()]).await?;
        let customers = rows.iter().map(customer).collect::<Result<_>>()?;
        page.keyset(customers, |one: &Customer| one.id.clone())
    }

    pub(crate) async fn price(&self, id: PriceId) -> Result<Option<Price>> {
        let sql = "SELECT *, id AS price_id FROM prices WHERE id = $1";
        let rows = self.rows(sql, &[&id.as_str()]).await?;
        rows.first().map(price).transpose()
    }

    pub(crate) async fn prices(&self, page: PageRequest) -> Result<Page<Price>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT *, id AS price_id FROM prices WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = self.rows(sql, &[&after, &page.limit_plus_one()]).await?;
        let prices = rows.iter().map(price).collect::<Result<_>>()?;
        page.keyset(prices, |one: &Price| one.id.clone())
    }

    pub(crate) async fn subscription(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                   FROM subscriptions JOIN prices ON prices.id = price_id
                   WHERE subscriptions.id = $1 AND customer_id = $2";
        let rows = self.rows(sql, &[&id.as_str(), &customer.as_str()]).await?;
        rows.first().map(subscription).transpose()
    }

    pub(crate) async fn subscriptions(
        &self,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                   FROM subscriptions JOIN prices ON prices.id = price_id
                   WHERE customer_id = $1 AND subscriptions.id > $2
                   ORDER BY subscriptions.id LIMIT $3";
        let params: &[&(dyn ToSql + Sync)] = &[&customer.as_str(), &after, &page.limit_plus_one()];
        let rows = self.rows(sql, params).await?;
        let subscriptions = rows.iter().map(subscription).collect::<Result<_>>()?;
        page.keyset(subscriptions, |one: &Subscription| one.id.clone())
    }

    /// Reads and changes a customer's subscription in one transaction. An error changes nothing.
    pub(crate) async fn change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()>,
    ) -> Result<()> {
        let changed = self.try_change(customer, id, change).await;
        match &changed {
            Ok(()) => self.is_full.store(false, Ordering::Relaxed),
            Err(error) if is_disk_full(error) => self.is_full.store(true, Ordering::Relaxed),
            Err(_) => {}
        }
        changed
    }

    async fn try_change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()>,
    ) -> Result<()> {
        let mut connection = self.writers.get().await.map_err(no_connection)?;
        let transaction = connection.transaction().await.map_err(failure)?;
        // The row stays locked until the end of the transaction. Others wait and then see its
        // changes.
        let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                   FROM subscriptions JOIN prices ON prices.id = price_id
                   WHERE subscriptions.id = $1 AND customer_id = $2
                   FOR UPDATE OF subscriptions";
        let statement = transaction.prepare_cached(sql).await.map_err(failure)?;
        let row = transaction
            .query_opt(&statement, &[&id.as_str(), &customer.as_str()])
            .await
            .map_err(failure)?
            .ok_or_else(|| Error::not_found("there is no such subscription"))?;
        let mut subscription = subscription(&row)?;
        change(&mut subscription)?;
        let sql = "UPDATE subscriptions SET period_start = $2, period_end = $3, billing_day = $4,
                       pause_start = $5, pause_end = $6, ends_with_period = $7, canceled_at = $8
                   WHERE id = $1";
        let statement = transaction.prepare_cached(sql).await.map_err(failure)?;
        let pause = subscription.pause;
        let params: &[&(dyn ToSql + Sync)] = &[
            &id.as_str(),
            &time(subscription.period.start)?,
            &time(subscription.period.end)?,
            &subscription.billing_day,
            &time_if(pause.map(|pause| pause.start))?,
            &time_if(pause.map(|pause| pause.end))?,
            &subscription.ends_with_period,
            &time_if(subscription.canceled_at)?,
        ];
        transaction
            .execute(&statement, params)
            .await
            .map_err(failure)?;
        transaction.commit().await.map_err(failure)
    }

    async fn rows(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let connection = self.readers.get().await.map_err(no_connection)?;
        let statement = connection.prepare_cached(sql).await.map_err(failure)?;
        connection.query(&statement, params).await.map_err(failure)
    }
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Backend(error) => failure(error),
        PoolError::Timeout(_) => Error::unavailable(RETRY_AFTER).with_cause(error),
        error => Error::internal(error),
    }
}

fn is_disk_full(error: &Error) -> bool {
    let cause = error
        .cause()
        .and_then(|cause| cause.downcast_ref::<tokio_postgres::Error>());
    cause.and_then(tokio_postgres::Error::code) == Some(&SqlState::DISK_FULL)
}

/// Converts a database error into a response: a 503 if the same request may succeed later,
/// otherwise an opaque 500.
fn failure(error: tokio_postgres::Error) -> Error {
    const TEMPORARY: &[SqlState] = &[
        SqlState::DISK_FULL,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::QUERY_CANCELED,
    ];
    match error.code() {
        // No column can hold a string with a NUL, so nothing with such an id exists.
        Some(&SqlState::CHARACTER_NOT_IN_REPERTOIRE) => {
            Error::not_found("nothing with this id exists").with_cause(error)
        }
        Some(code) if TEMPORARY.contains(code) => Error::unavailable(RETRY_AFTER).with_cause(error),
        // The database did not respond.
        None => Error::unavailable(RETRY_AFTER).with_cause(error),
        Some(_) => Error::internal(error),
    }
}

fn customer(row: &Row) -> Result<Customer> {
    Ok(Customer::new(column::<String>(row, "id")?)
        .name(column::<String>(row, "name")?)
        .email(column::<String>(row, "email")?))
}

fn price(row: &Row) -> Result<Price> {
    let currency: Currency = column::<String>(row, "currency")?.try_into()?;
    let cycle = match column(row, "cycle")? {
        "year" => BillingCycle::yearly(),
        _ => BillingCycle::monthly(),
    };
    let amount = Amount::fixed(currency, column::<i64>(row, "amount")?);
    let price = Price::standalone(column::<String>(row, "price_id")?, cycle, amount);
    Ok(price.name(column::<String>(row, "name")?))
}

fn subscription(row: &Row) -> Result<Subscription> {
    let period = SubscriptionPeriod::new(moment(row, "period_start")?, moment(row, "period_end")?);
    let (start, end) = (moment_if(row, "pause_start")?, moment_if(row, "pause_end")?);
    Ok(Subscription {
        id: column::<String>(row, "id")?.into(),
        customer_id: column::<String>(row, "customer_id")?.into(),
        price: price(row)?,
        quantity: column(row, "quantity")?,
        started_at: moment(row, "started_at")?,
        period,
        billing_day: column(row, "billing_day")?,
        trial_end: moment_if(row, "trial_end")?,
        unpaid: column(row, "unpaid")?,
        pause: start.zip(end).map(|(start, end)| Pause { start, end }),
        ends_with_period: column(row, "ends_with_period")?,
        canceled_at: moment_if(row, "canceled_at")?,
    })
}

fn column<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T> {
    row.try_get(name).map_err(failure)
}

fn moment(row: &Row, name: &str) -> Result<Timestamp> {
    Ok(column::<SystemTime>(row, name)?.into())
}

fn moment_if(row: &Row, name: &str) -> Result<Option<Timestamp>> {
    Ok(column::<Option<SystemTime>>(row, name)?.map(Timestamp::from))
}

fn time(moment: Timestamp) -> Result<SystemTime> {
    Ok(moment.try_into()?)
}

fn time_if(moment: Option<Timestamp>) -> Result<Option<SystemTime>> {
    Ok(moment.map(SystemTime::try_from).transpose()?)
}
