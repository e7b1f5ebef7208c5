//! The rows of the tables, and the models that Churnkey reads.

use chrono::{DateTime, Utc};
use churnkey::{
    Amount, BillingCycle, Currency, Customer, Error, Price, Result, SubscriptionPeriod, Timestamp,
};

use crate::Subscription;
use crate::subscription::Pause;

#[derive(sqlx::FromRow)]
pub(crate) struct CustomerRow {
    pub(crate) id: String,
    name: String,
    email: String,
}

impl From<CustomerRow> for Customer {
    fn from(row: CustomerRow) -> Self {
        Self::new(row.id).name(row.name).email(row.email)
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct PriceRow {
    pub(crate) price_id: String,
    name: String,
    currency: String,
    amount: i64,
    cycle: String,
}

impl TryFrom<PriceRow> for Price {
    type Error = Error;

    fn try_from(row: PriceRow) -> Result<Self> {
        let currency: Currency = row.currency.try_into()?;
        let cycle = match row.cycle.as_str() {
            "year" => BillingCycle::yearly(),
            _ => BillingCycle::monthly(),
        };
        let amount = Amount::fixed(currency, row.amount);
        Ok(Self::standalone(row.price_id, cycle, amount).name(row.name))
    }
}

/// A subscription with its price.
#[derive(sqlx::FromRow)]
pub(crate) struct SubscriptionRow {
    pub(crate) id: String,
    customer_id: String,
    #[sqlx(flatten)]
    price: PriceRow,
    quantity: i64,
    started_at: DateTime<Utc>,
    period_start: DateTime<Utc>,
    period_end: DateTime<Utc>,
    billing_day: i16,
    trial_end: Option<DateTime<Utc>>,
    unpaid: bool,
    pause_start: Option<DateTime<Utc>>,
    pause_end: Option<DateTime<Utc>>,
    ends_with_period: bool,
    canceled_at: Option<DateTime<Utc>>,
}

impl TryFrom<SubscriptionRow> for Subscription {
    type Error = Error;

    fn try_from(row: SubscriptionRow) -> Result<Self> {
        let pause = row.pause_start.zip(row.pause_end);
        Ok(Self {
            id: row.id.into(),
            customer_id: row.customer_id.into(),
            price: row.price.try_into()?,
            quantity: row.quantity,
            started_at: row.started_at.into(),
            period: SubscriptionPeriod::new(row.period_start, row.period_end),
            billing_day: row.billing_day,
            trial_end: row.trial_end.map(Timestamp::from),
            unpaid: row.unpaid,
            pause: pause.map(|(start, end)| Pause {
                start: start.into(),
                end: end.into(),
            }),
            ends_with_period: row.ends_with_period,
            canceled_at: row.canceled_at.map(Timestamp::from),
        })
    }
}
