use churnkey::{
    CustomerId, Error, OfferDuration, Page, PageRequest, Price, Result, ResultExt as _, Schedule,
    SubscriptionId, SubscriptionPeriod, Timestamp,
};
use std::collections::HashMap;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::Books;
use super::columns::{Json, at, at_if, column, json, moment, moment_if, number};
use crate::billing::{Paid, Pause, State, Subscription};

/// A subscription with its stored version.
pub struct StoredSubscription {
    pub subscription: Subscription,
    pub(super) version: i64,
}

impl Books<'_> {
    /// A customer's subscription in its current state. `None` if it belongs to another customer.
    pub async fn subscription(
        &self,
        customer: &CustomerId,
        id: &SubscriptionId,
    ) -> Result<Option<StoredSubscription>> {
        let sql = "SELECT * FROM subscriptions WHERE mode = $1 AND id = $2 AND customer_id = $3";
        let rows = self.all(sql, &[&id.as_str(), &customer.as_str()]).await?;
        Ok(self.read_subscriptions(&rows).await?.pop())
    }

    pub async fn require_subscription(
        &self,
        customer: &CustomerId,
        id: &SubscriptionId,
    ) -> Result<StoredSubscription> {
        let found = self.subscription(customer, id).await?;
        found.ok_or_else(|| Error::not_found("there is no such subscription"))
    }

    /// All subscriptions of a customer in their current state, the oldest first.
    pub async fn subscriptions_of(&self, customer: &CustomerId) -> Result<Vec<StoredSubscription>> {
        let sql = "SELECT * FROM subscriptions WHERE mode = $1 AND customer_id = $2
                   ORDER BY started_at, id";
        let rows = self.all(sql, &[&customer.as_str()]).await?;
        self.read_subscriptions(&rows).await
    }

    pub async fn subscriptions(
        &self,
        customer: &CustomerId,
        page: &PageRequest,
    ) -> Result<Page<Subscription>> {
        let (start, id) = page.after()?.unwrap_or((Timestamp::MIN, String::new()));
        let sql = "SELECT * FROM subscriptions
                   WHERE mode = $1 AND customer_id = $2 AND (started_at, id) > ($3, $4)
                   ORDER BY started_at, id LIMIT $5";
        let limit = page.limit_plus_one();
        let params: [&(dyn ToSql + Sync); 4] = [&customer.as_str(), &at(start)?, &id, &limit];
        let rows = self.all(sql, &params).await?;
        let stored = self.read_subscriptions(&rows).await?;
        let subscriptions = stored
            .into_iter()
            .map(|stored| stored.subscription)
            .collect();
        page.keyset(subscriptions, |one: &Subscription| {
            (one.started_at, one.id.clone())
        })
    }

    pub async fn add_subscription(&self, subscription: &Subscription) -> Result<()> {
        self.write(
            "INSERT INTO subscriptions (
                 mode, id, customer_id, version, price_id, quantity, started_at, status, unpaid,
                 canceled_at, billing_day, period_start, period_end, period_millis, paid,
                 paid_millis, trial_start, trial_end, ends_with_period, pause_start_at,
                 pause_length, pause_allows_annual, pause_start, pause_end, pause_extends,
                 next_price_id, metadata
             ) VALUES (
                 $1, $2, $3, $4, $5, $6, $7, $8, $9,
                 $10, $11, $12, $13, $14, $15,
                 $16, $17, $18, $19, $20,
                 $21, $22, $23, $24, $25,
                 $26, $27
             )",
            subscription,
            0,
        )
        .await
    }

    /// Stores the changed subscription as its next version, and its discounts.
    pub(super) async fn save_subscription(&self, stored: &StoredSubscription) -> Result<()> {
        self.write(
            "UPDATE subscriptions SET
                 version = $4, price_id = $5, quantity = $6, started_at = $7, status = $8,
                 unpaid = $9, canceled_at = $10, billing_day = $11, period_start = $12,
                 period_end = $13, period_millis = $14, paid = $15, paid_millis = $16,
                 trial_start = $17, trial_end = $18, ends_with_period = $19, pause_start_at = $20,
                 pause_length = $21, pause_allows_annual = $22, pause_start = $23, pause_end = $24,
                 pause_extends = $25, next_price_id = $26, metadata = $27
             WHERE mode = $1 AND id = $2 AND customer_id = $3",
            &stored.subscription,
            stored.version + 1,
        )
        .await
    }

    async fn write(&self, sql: &str, subscription: &Subscription, version: i64) -> Result<()> {
        let (status, canceled_at) = match subscription.state {
            State::Trial => ("trial", None),
            State::Running => ("running", None),
            State::Paused => ("paused", None),
            State::Canceled { at } => ("canceled", Some(at)),
        };
        let (trial, pause) = (subscription.trial, subscription.pause.as_ref());
        let (period, paid) = (subscription.period, subscription.paid);
        let next_price = subscription.next_price.as_ref();
        let params: &[&(dyn ToSql + Sync)] = &[
            &subscription.id.as_str(),
            &subscription.customer_id.as_str(),
            &version,
            &subscription.price.id.as_str(),
            &i64::try_from(subscription.quantity).or_internal()?,
            &at(subscription.started_at)?,
            &status,
            &subscription.unpaid,
            &at_if(canceled_at)?,
            &i64::from(subscription.billing_day),
            &at(period.start)?,
            &at(period.end)?,
            &subscription.period_millis,
            &paid.amount.get(),
            &paid.millis,
            &at_if(trial.map(|trial| trial.start))?,
            &at_if(trial.map(|trial| trial.end))?,
            &subscription.ends_with_period,
            &pause.map(|pause| pause.start_at.as_str()),
            &pause.and_then(|pause| pause.length).map(Json),
            &pause.map(|pause| pause.allow_annual),
            &at_if(pause.and_then(|pause| pause.start))?,
            &at_if(pause.and_then(|pause| pause.end))?,
            &pause.map(|pause| pause.extends_period),
            &next_price.map(|price| price.id.as_str()),
            &Json(&subscription.metadata),
        ];
        self.execute(sql, params).await?;
        for grant in &subscription.discounts {
            self.save_discount(&subscription.id, grant).await?;
        }
        Ok(())
    }

    /// Reads the subscriptions of a whole page with as many queries as one subscription needs.
    async fn read_subscriptions(&self, rows: &[Row]) -> Result<Vec<StoredSubscription>> {
        let (mut prices, mut ids, mut customers) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            prices.push(column(row, "price_id")?);
            prices.extend(column::<Option<String>>(row, "next_price_id")?);
            ids.push(column(row, "id")?);
            customers.push(column(row, "customer_id")?);
        }
        let prices = self.prices_by_id(&prices).await?;
        let mut grants = self.grants_of_subscriptions(&ids).await?;
        let of_customers = self.grants_of_customers(&customers).await?;
        let stored = rows.iter().zip(ids).map(|(row, id)| {
            let mut subscription = read(row, &prices)?;
            subscription.discounts = grants.remove(&id).unwrap_or_default();
            let of_customer = of_customers.get(subscription.customer_id.as_str());
            subscription.customer_discounts = of_customer.cloned().unwrap_or_default();
            subscription.settle(self.now)?;
            let version = column(row, "version")?;
            Ok(StoredSubscription {
                subscription,
                version,
            })
        });
        stored.collect()
    }
}

/// Reads a subscription without its discounts, which are in other tables.
fn read(row: &Row, prices: &HashMap<String, Price>) -> Result<Subscription> {
    let price = |id: &str| {
        let price = prices.get(id).cloned();
        price.ok_or_else(|| Error::internal("the price of a subscription does not exist"))
    };
    let next_price: Option<&str> = column(row, "next_price_id")?;
    let status: &str = column(row, "status")?;
    Ok(Subscription {
        id: column::<String>(row, "id")?.into(),
        customer_id: column::<String>(row, "customer_id")?.into(),
        price: price(column(row, "price_id")?)?,
        quantity: number(row, "quantity")?,
        started_at: moment(row, "started_at")?,
        state: match (status, moment_if(row, "canceled_at")?) {
            ("trial", _) => State::Trial,
            ("running", _) => State::Running,
            ("paused", _) => State::Paused,
            ("canceled", Some(at)) => State::Canceled { at },
            _ => {
                return Err(Error::internal(
                    "a subscription has a status that the schema does not allow",
                ));
            }
        },
        unpaid: column(row, "unpaid")?,
        billing_day: number(row, "billing_day")?,
        period: SubscriptionPeriod::new(moment(row, "period_start")?, moment(row, "period_end")?),
        period_millis: column(row, "period_millis")?,
        paid: Paid {
            amount: column::<i64>(row, "paid")?.into(),
            millis: column(row, "paid_millis")?,
        },
        trial: moment_if(row, "trial_start")?
            .zip(moment_if(row, "trial_end")?)
            .map(|(start, end)| SubscriptionPeriod::new(start, end)),
        ends_with_period: column(row, "ends_with_period")?,
        pause: match column::<Option<&str>>(row, "pause_start_at")? {
            Some(start_at) => Some(Pause {
                start_at: match start_at {
                    "immediate" => Schedule::Immediate,
                    _ => Schedule::EndOfPeriod,
                },
                length: column::<Option<Json<OfferDuration>>>(row, "pause_length")?
                    .map(|Json(length)| length),
                allow_annual: column(row, "pause_allows_annual")?,
                start: moment_if(row, "pause_start")?,
                end: moment_if(row, "pause_end")?,
                extends_period: column(row, "pause_extends")?,
            }),
            None => None,
        },
        next_price: next_price.map(price).transpose()?,
        discounts: Vec::new(),
        customer_discounts: Vec::new(),
        metadata: json(row, "metadata")?,
    })
}
