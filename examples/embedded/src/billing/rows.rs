//! The rows of the database, and the models that Churnkey reads.

use chrono::{DateTime, Utc};
use churnkey::model::MinorUnits;
use churnkey::{
    Amount, BillingCycle, Currency, Customer, Price, Subscription, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus,
};
use uuid::Uuid;

use crate::error::AppError;

#[derive(sqlx::FromRow)]
pub struct AccountRow {
    pub id: Uuid,
    name: String,
    email: String,
}

impl From<AccountRow> for Customer {
    fn from(row: AccountRow) -> Self {
        Self::new(row.id).name(row.name).email(row.email)
    }
}

#[derive(sqlx::FromRow)]
pub struct PlanRow {
    pub id: Uuid,
    name: String,
    price: String,
    currency: String,
    is_yearly: bool,
}

impl PlanRow {
    fn cycle(&self) -> BillingCycle {
        match self.is_yearly {
            true => BillingCycle::yearly(),
            false => BillingCycle::monthly(),
        }
    }
}

impl TryFrom<PlanRow> for Price {
    type Error = AppError;

    fn try_from(row: PlanRow) -> Result<Self, AppError> {
        let currency: Currency = row.currency.parse()?;
        let amount = Amount::fixed(currency, MinorUnits::from_decimal(&row.price, currency)?);
        Ok(Self::standalone(row.id, row.cycle(), amount).name(row.name))
    }
}

/// A subscription with its plan.
#[derive(sqlx::FromRow)]
pub struct SubscriptionRow {
    pub id: Uuid,
    account_id: Uuid,
    plan_id: Uuid,
    name: String,
    price: String,
    currency: String,
    is_yearly: bool,
    seats: i64,
    started_at: DateTime<Utc>,
    period_start: DateTime<Utc>,
    period_end: DateTime<Utc>,
    canceled_at: Option<DateTime<Utc>>,
}

impl TryFrom<SubscriptionRow> for Subscription {
    type Error = AppError;

    fn try_from(row: SubscriptionRow) -> Result<Self, AppError> {
        let plan = PlanRow {
            id: row.plan_id,
            name: row.name,
            price: row.price,
            currency: row.currency,
            is_yearly: row.is_yearly,
        };
        let cycle = plan.cycle();
        let status = match row.canceled_at.filter(|end| *end <= Utc::now()) {
            Some(end) => SubscriptionStatus::canceled(end),
            None => SubscriptionStatus::active(),
        };
        let period = SubscriptionPeriod::new(row.period_start, row.period_end);
        let item = SubscriptionItem::new(row.id, Price::try_from(plan)?, row.seats);
        Ok(Self::new(
            row.id,
            row.account_id,
            status.current_period(period),
            row.started_at,
            cycle,
            [item],
        ))
    }
}
