use churnkey::{
    CustomerId, Error, Page, PageRequest, Price, Result, ResultExt as _, SubscriptionId,
    SubscriptionPeriod, Timestamp,
};
use std::collections::HashMap;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::Books;
use super::columns::{Json, at, at_if, column, json, moment, moment_if, number};
use crate::billing::{NextPrice, Pause, State, Subscription};

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
                 canceled_at, cycle_anchor, cycle_number, period_start, period_end, trial_start,
                 trial_end, cancel_at, pause_start, pause_end, pause_request, next_price_id,
                 next_price_at, metadata
             ) VALUES (
                 $1, $2, $3, $4, $5, $6, $7, $8, $9,
                 $10, $11, $12, $13, $14, $15,
                 $16, $17, $18, $19, $20, $21,
                 $22, $23
             )",
            subscription,
            0,
        )
        .await
    }

    /// Stores the changed subscription as its next version.
    pub(super) async fn save_subscription(&self, stored: &StoredSubscription) -> Result<()> {
        self.write(
            "UPDATE subscriptions SET
                 version = $4, price_id = $5, quantity = $6, started_at = $7, status = $8,
                 unpaid = $9, canceled_at = $10, cycle_anchor = $11, cycle_number = $12,
                 period_start = $13, period_end = $14, trial_start = $15, trial_end = $16,
                 cancel_at = $17, pause_start = $18, pause_end = $19, pause_request = $20,
                 next_price_id = $21, next_price_at = $22, metadata = $23
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
        let (trial, pause, next) = (
            subscription.trial,
            subscription.pause.as_ref(),
            subscription.next_price.as_ref(),
        );
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
            &at(subscription.cycle_anchor)?,
            &i64::from(subscription.cycle_number),
            &at(subscription.period.start)?,
            &at(subscription.period.end)?,
            &at_if(trial.map(|trial| trial.start))?,
            &at_if(trial.map(|trial| trial.end))?,
            &at_if(subscription.cancel_at)?,
            &at_if(pause.map(|pause| pause.start))?,
            &at_if(pause.and_then(|pause| pause.end))?,
            &pause.map(|pause| pause.request.as_str()),
            &next.map(|next| next.price.id.as_str()),
            &at_if(next.map(|next| next.at))?,
            &Json(&subscription.metadata),
        ];
        self.execute(sql, params).await
    }

    async fn read_subscriptions(&self, rows: &[Row]) -> Result<Vec<StoredSubscription>> {
        let mut prices = Vec::new();
        for row in rows {
            prices.push(column(row, "price_id")?);
            prices.extend(column::<Option<String>>(row, "next_price_id")?);
        }
        let prices = self.prices_by_id(&prices).await?;
        let stored = rows.iter().map(|row| {
            let mut subscription = read(row, &prices)?;
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

fn read(row: &Row, prices: &HashMap<String, Price>) -> Result<Subscription> {
    let price = |id: &str| {
        let price = prices.get(id).cloned();
        price.ok_or_else(|| Error::internal("the price of a subscription does not exist"))
    };
    let pause: (_, Option<String>) = (
        moment_if(row, "pause_start")?,
        column(row, "pause_request")?,
    );
    let next: (Option<&str>, _) = (
        column(row, "next_price_id")?,
        moment_if(row, "next_price_at")?,
    );
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
        cycle_anchor: moment(row, "cycle_anchor")?,
        cycle_number: number(row, "cycle_number")?,
        period: SubscriptionPeriod::new(moment(row, "period_start")?, moment(row, "period_end")?),
        trial: moment_if(row, "trial_start")?
            .zip(moment_if(row, "trial_end")?)
            .map(|(start, end)| SubscriptionPeriod::new(start, end)),
        cancel_at: moment_if(row, "cancel_at")?,
        pause: match pause {
            (Some(start), Some(request)) => Some(Pause {
                start,
                end: moment_if(row, "pause_end")?,
                request,
            }),
            _ => None,
        },
        next_price: match next {
            (Some(id), Some(at)) => Some(NextPrice {
                price: price(id)?,
                at,
            }),
            _ => None,
        },
        metadata: json(row, "metadata")?,
    })
}
