//! The access to the data. Each statement is for one mode: test and live data share the tables.

use chrono::{DateTime, Utc};
use churnkey::{
    Customer, CustomerId, Email, Error, Mode, Page, PageRequest, Price, PriceId, Result,
    SubscriptionId, Timestamp,
};

use crate::Subscription;
use crate::connections::{Connections, failure};
use crate::email::folded;
use crate::rows::{CustomerRow, PriceRow, SubscriptionRow};

/// The data of one mode.
pub(crate) struct Books<'b> {
    connections: &'b Connections,
    mode: &'static str,
}

impl<'b> Books<'b> {
    pub(crate) fn new(connections: &'b Connections, mode: Mode) -> Self {
        let mode = mode.as_str();
        Self { connections, mode }
    }

    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        let sql = "SELECT * FROM customers WHERE mode = $1 AND id = $2";
        let row: Option<CustomerRow> = sqlx::query_as(sql)
            .bind(self.mode)
            .bind(id.as_str())
            .fetch_optional(&self.connections.readers)
            .await
            .map_err(failure)?;
        Ok(row.map(Customer::from))
    }

    pub(crate) async fn customer_by_email(&self, email: Email) -> Result<Option<Customer>> {
        let sql = "SELECT * FROM customers WHERE mode = $1 AND email_folded = $2";
        let row: Option<CustomerRow> = sqlx::query_as(sql)
            .bind(self.mode)
            .bind(folded(email.as_str()))
            .fetch_optional(&self.connections.readers)
            .await
            .map_err(failure)?;
        Ok(row.map(Customer::from))
    }

    pub(crate) async fn customers(&self, page: PageRequest) -> Result<Page<Customer>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT * FROM customers WHERE mode = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows: Vec<CustomerRow> = sqlx::query_as(sql)
            .bind(self.mode)
            .bind(after)
            .bind(page.limit_plus_one())
            .fetch_all(&self.connections.readers)
            .await
            .map_err(failure)?;
        Ok(page.keyset(rows, |row| row.id.clone())?.map(Customer::from))
    }

    /// Prices are the same in both modes.
    pub(crate) async fn price(&self, id: PriceId) -> Result<Option<Price>> {
        let sql = "SELECT *, id AS price_id FROM prices WHERE id = $1";
        let row: Option<PriceRow> = sqlx::query_as(sql)
            .bind(id.as_str())
            .fetch_optional(&self.connections.readers)
            .await
            .map_err(failure)?;
        row.map(Price::try_from).transpose()
    }

    pub(crate) async fn prices(&self, page: PageRequest) -> Result<Page<Price>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT *, id AS price_id FROM prices WHERE id > $1 ORDER BY id LIMIT $2";
        let rows: Vec<PriceRow> = sqlx::query_as(sql)
            .bind(after)
            .bind(page.limit_plus_one())
            .fetch_all(&self.connections.readers)
            .await
            .map_err(failure)?;
        let page = page.keyset(rows, |row| row.price_id.clone())?;
        page.try_map(Price::try_from)
    }

    pub(crate) async fn subscription(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                   FROM subscriptions JOIN prices ON prices.id = price_id
                   WHERE mode = $1 AND customer_id = $2 AND subscriptions.id = $3";
        let row: Option<SubscriptionRow> = sqlx::query_as(sql)
            .bind(self.mode)
            .bind(customer.as_str())
            .bind(id.as_str())
            .fetch_optional(&self.connections.readers)
            .await
            .map_err(failure)?;
        row.map(Subscription::try_from).transpose()
    }

    pub(crate) async fn subscriptions(
        &self,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let after: String = page.after()?.unwrap_or_default();
        let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                   FROM subscriptions JOIN prices ON prices.id = price_id
                   WHERE mode = $1 AND customer_id = $2 AND subscriptions.id > $3
                   ORDER BY subscriptions.id LIMIT $4";
        let rows: Vec<SubscriptionRow> = sqlx::query_as(sql)
            .bind(self.mode)
            .bind(customer.as_str())
            .bind(after)
            .bind(page.limit_plus_one())
            .fetch_all(&self.connections.readers)
            .await
            .map_err(failure)?;
        let page = page.keyset(rows, |row| row.id.clone())?;
        page.try_map(Subscription::try_from)
    }

    /// Adds a subscription, and its customer if it is the first one.
    pub(crate) async fn add(&self, customer: Customer, subscription: Subscription) -> Result<()> {
        let mut transaction = self.connections.writers.begin().await.map_err(failure)?;
        let email = customer.email.as_ref().map_or("", |email| email.as_str());
        let sql = "INSERT INTO customers (mode, id, name, email, email_folded)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        sqlx::query(sql)
            .bind(self.mode)
            .bind(customer.id.as_str())
            .bind(customer.name.as_deref().unwrap_or_default())
            .bind(email)
            .bind(folded(email))
            .execute(&mut *transaction)
            .await
            .map_err(failure)?;
        let sql = "INSERT INTO subscriptions (mode, id, customer_id, price_id, quantity,
                       started_at, period_start, period_end, billing_day, trial_end, unpaid)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        sqlx::query(sql)
            .bind(self.mode)
            .bind(subscription.id.as_str())
            .bind(subscription.customer_id.as_str())
            .bind(subscription.price.id.as_str())
            .bind(subscription.quantity)
            .bind(time(subscription.started_at))
            .bind(time(subscription.period.start))
            .bind(time(subscription.period.end))
            .bind(subscription.billing_day)
            .bind(subscription.trial_end.map(time))
            .bind(subscription.unpaid)
            .execute(&mut *transaction)
            .await
            .map_err(failure)?;
        transaction.commit().await.map_err(failure)
    }

    /// Reads and changes a customer's subscription in one transaction. An error changes nothing.
    pub(crate) async fn change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()>,
    ) -> Result<()> {
        let action = self.try_change(customer, id, change);
        self.connections.carry_out(action).await
    }

    async fn try_change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()>,
    ) -> Result<()> {
        let mut transaction = self.connections.writers.begin().await.map_err(failure)?;
        // A write locks the row until the end of the transaction. Others wait for it, and then read
        // what this one has changed.
        let sql = "UPDATE subscriptions SET quantity = quantity WHERE mode = $1 AND id = $2";
        sqlx::query(sql)
            .bind(self.mode)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(failure)?;
        let sql = "SELECT subscriptions.*, name, currency, amount, cycle
                   FROM subscriptions JOIN prices ON prices.id = price_id
                   WHERE mode = $1 AND customer_id = $2 AND subscriptions.id = $3";
        let row: Option<SubscriptionRow> = sqlx::query_as(sql)
            .bind(self.mode)
            .bind(customer.as_str())
            .bind(id.as_str())
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failure)?;
        let row = row.ok_or_else(|| Error::not_found("there is no such subscription"))?;
        let mut subscription = Subscription::try_from(row)?;
        change(&mut subscription)?;
        let pause = subscription.pause;
        let sql = "UPDATE subscriptions SET period_start = $3, period_end = $4, billing_day = $5,
                       pause_start = $6, pause_end = $7, ends_with_period = $8, canceled_at = $9
                   WHERE mode = $1 AND id = $2";
        sqlx::query(sql)
            .bind(self.mode)
            .bind(id.as_str())
            .bind(time(subscription.period.start))
            .bind(time(subscription.period.end))
            .bind(subscription.billing_day)
            .bind(pause.map(|pause| time(pause.start)))
            .bind(pause.map(|pause| time(pause.end)))
            .bind(subscription.ends_with_period)
            .bind(subscription.canceled_at.map(time))
            .execute(&mut *transaction)
            .await
            .map_err(failure)?;
        transaction.commit().await.map_err(failure)
    }
}

fn time(moment: Timestamp) -> DateTime<Utc> {
    moment.into()
}
