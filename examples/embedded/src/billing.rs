//! The provider: the functions that Churnkey calls.

mod rows;

use chrono::Utc;
use churnkey::{
    Cancel, Customer, CustomerId, Email, Mode, Page, PageRequest, Price, PriceId, Schedule,
    Subscription, SubscriptionId,
};
use uuid::Uuid;

use self::rows::{AccountRow, PlanRow, SubscriptionRow};
use crate::database::Databases;
use crate::error::AppError;

#[derive(churnkey::Integration)]
#[churnkey(
    name = "Embedded",
    expect(customers(list, find_by_email), subscriptions(list), cancel)
)]
pub struct Billing {
    pub databases: Databases,
}

#[churnkey::controller(customers, retrieve)]
async fn customer(ctx: &Billing, id: CustomerId, mode: Mode) -> Result<Option<Customer>, AppError> {
    let row: Option<AccountRow> = sqlx::query_as("SELECT * FROM accounts WHERE id = ?")
        .bind(id.parse::<Uuid>())
        .fetch_optional(ctx.databases.of(mode))
        .await?;
    Ok(row.map(Customer::from))
}

#[churnkey::controller(customers, list)]
async fn customers(
    ctx: &Billing,
    page: PageRequest,
    mode: Mode,
) -> Result<Page<Customer>, AppError> {
    let rows: Vec<AccountRow> =
        sqlx::query_as("SELECT * FROM accounts WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT ?2")
            .bind(page.after::<Uuid>()?)
            .bind(page.limit_plus_one())
            .fetch_all(ctx.databases.of(mode))
            .await?;
    Ok(page.keyset(rows, |row| row.id)?.map(Customer::from))
}

#[churnkey::controller(customers, find_by_email)]
async fn customer_by_email(
    ctx: &Billing,
    email: Email,
    mode: Mode,
) -> Result<Option<Customer>, AppError> {
    let row: Option<AccountRow> = sqlx::query_as("SELECT * FROM accounts WHERE email = ?")
        .bind(email.as_str())
        .fetch_optional(ctx.databases.of(mode))
        .await?;
    Ok(row.map(Customer::from))
}

#[churnkey::controller(prices, retrieve)]
async fn price(ctx: &Billing, id: PriceId, mode: Mode) -> Result<Option<Price>, AppError> {
    let row: Option<PlanRow> = sqlx::query_as("SELECT * FROM plans WHERE id = ?")
        .bind(id.parse::<Uuid>())
        .fetch_optional(ctx.databases.of(mode))
        .await?;
    row.map(Price::try_from).transpose()
}

#[churnkey::controller(prices, list)]
async fn prices(ctx: &Billing, page: PageRequest, mode: Mode) -> Result<Page<Price>, AppError> {
    let rows: Vec<PlanRow> =
        sqlx::query_as("SELECT * FROM plans WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT ?2")
            .bind(page.after::<Uuid>()?)
            .bind(page.limit_plus_one())
            .fetch_all(ctx.databases.of(mode))
            .await?;
    page.keyset(rows, |row| row.id)?.try_map(Price::try_from)
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
    mode: Mode,
) -> Result<Option<Subscription>, AppError> {
    let row: Option<SubscriptionRow> = sqlx::query_as(
        "SELECT subscriptions.*, name, price, currency, is_yearly
         FROM subscriptions JOIN plans ON plans.id = plan_id
         WHERE account_id = ? AND subscriptions.id = ?",
    )
    .bind(customer.parse::<Uuid>())
    .bind(id.parse::<Uuid>())
    .fetch_optional(ctx.databases.of(mode))
    .await?;
    row.map(Subscription::try_from).transpose()
}

#[churnkey::controller(subscriptions, list)]
async fn subscriptions(
    ctx: &Billing,
    customer: CustomerId,
    page: PageRequest,
    mode: Mode,
) -> Result<Page<Subscription>, AppError> {
    let rows: Vec<SubscriptionRow> = sqlx::query_as(
        "SELECT subscriptions.*, name, price, currency, is_yearly
         FROM subscriptions JOIN plans ON plans.id = plan_id
         WHERE account_id = ?1 AND (?2 IS NULL OR subscriptions.id > ?2)
         ORDER BY subscriptions.id LIMIT ?3",
    )
    .bind(customer.parse::<Uuid>())
    .bind(page.after::<Uuid>()?)
    .bind(page.limit_plus_one())
    .fetch_all(ctx.databases.of(mode))
    .await?;
    page.keyset(rows, |row| row.id)?
        .try_map(Subscription::try_from)
}

/// Cancels now or at the end of the period. The earlier one of several cancellations counts, so a
/// repeated request changes nothing.
#[churnkey::action(cancel)]
async fn cancel(ctx: &Billing, request: Cancel, mode: Mode) -> Result<(), AppError> {
    let now = match request.scheduled_at {
        Schedule::Immediate => Some(Utc::now()),
        Schedule::EndOfPeriod => None,
    };
    let done = sqlx::query(
        "UPDATE subscriptions
         SET canceled_at = min(coalesce(canceled_at, period_end), coalesce(?, period_end))
         WHERE account_id = ? AND id = ?",
    )
    .bind(now)
    .bind(request.customer_id.parse::<Uuid>())
    .bind(request.subscription_id.parse::<Uuid>())
    .execute(ctx.databases.of(mode))
    .await?;
    match done.rows_affected() {
        0 => Err(AppError::NoSuchSubscription),
        _ => Ok(()),
    }
}
