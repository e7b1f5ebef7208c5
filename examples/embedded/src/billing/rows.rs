//! The rows of the database, and the models that Churnkey reads.

use chrono::{DateTime, Utc};
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
        Self::new(row.id.to_string())
            .name(row.name)
            .email(row.email)
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
        let currency: Currency = row.currency.parse().map_err(|_| AppError::InvalidPrice)?;
        let units = minor_units(&row.price, currency).ok_or(AppError::InvalidPrice)?;
        let id = row.id.to_string();
        Ok(Self::standalone(id, row.cycle(), Amount::fixed(currency, units)).name(row.name))
    }
}

/// Reads a decimal number of whole units, with at most the digits of the currency.
fn minor_units(decimal: &str, currency: Currency) -> Option<i64> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let digits = usize::from(currency.minor_unit_digits());
    let fits = fraction.len() <= digits && fraction.bytes().all(|digit| digit.is_ascii_digit());
    fits.then(|| format!("{whole}{fraction:0<digits$}").parse().ok())?
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
        let seats = row.seats.unsigned_abs();
        let item = SubscriptionItem::new(row.id.to_string(), Price::try_from(plan)?, seats);
        Ok(Self::new(
            row.id.to_string(),
            row.account_id.to_string(),
            status.current_period(period),
            row.started_at,
            cycle,
            [item],
        ))
    }
}
