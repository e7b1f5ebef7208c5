//! The provider with churnkey.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use axum::Router;
use churnkey::model::PausePeriod;
use churnkey::{
    Cancel, Customer, CustomerId, Error, Page, PageRequest, Pause, Price, PriceId, Provider,
    Result, Schedule, Subscription, SubscriptionId, SubscriptionStatus, Timestamp,
};
use serde::de::IgnoredAny;

use crate::cases::TOKEN;
use crate::data;

/// Creates a provider without a limit on failed authentication, because the other peers have none.
pub fn provider() -> Provider<Billing> {
    Provider::new(Billing::read(), TOKEN).max_failures_per_minute(u32::MAX)
}

pub fn router() -> Router {
    provider().router()
}

#[derive(churnkey::Integration)]
#[churnkey(name = "Peer", modes(shared), expect(cancel, pause))]
pub struct Billing {
    customers: BTreeMap<CustomerId, Customer>,
    prices: BTreeMap<PriceId, Price>,
    subscriptions: RwLock<BTreeMap<SubscriptionId, Subscription>>,
}

impl Billing {
    fn read() -> Self {
        let data = data::read::<IgnoredAny, Customer, Price, Subscription>();
        let by_id = |one: Subscription| (one.id.clone(), one);
        Self {
            customers: data
                .customers
                .into_iter()
                .map(|one| (one.id.clone(), one))
                .collect(),
            prices: data
                .prices
                .into_iter()
                .map(|one| (one.id.clone(), one))
                .collect(),
            subscriptions: RwLock::new(data.subscriptions.into_iter().map(by_id).collect()),
        }
    }

    /// Changes a subscription if it belongs to the customer.
    fn change(
        &self,
        customer: &CustomerId,
        id: &SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()>,
    ) -> Result<()> {
        let mut subscriptions = self
            .subscriptions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let found = subscriptions
            .get_mut(id)
            .filter(|one| one.customer_id == *customer);
        change(found.ok_or_else(|| Error::not_found("there is no such subscription"))?)
    }
}

/// Returns at most `limit` rows after a key.
fn after<K: Ord, T: Clone>(rows: &BTreeMap<K, T>, after: Option<K>, limit: i64) -> Vec<T> {
    let start = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
    let rows = rows.range((start, Bound::Unbounded));
    rows.take(limit as usize)
        .map(|(_, row)| row.clone())
        .collect()
}

#[churnkey::controller(customers, retrieve)]
async fn customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    Ok(ctx.customers.get(&id).cloned())
}

#[churnkey::controller(customers, list)]
async fn customers(ctx: &Billing, page: PageRequest) -> Result<Page<Customer>> {
    let rows = after(&ctx.customers, page.after()?, page.limit_plus_one());
    page.keyset(rows, |customer| customer.id.clone())
}

#[churnkey::controller(prices, retrieve)]
async fn price(ctx: &Billing, id: PriceId) -> Result<Option<Price>> {
    Ok(ctx.prices.get(&id).cloned())
}

#[churnkey::controller(prices, list)]
async fn prices(ctx: &Billing, page: PageRequest) -> Result<Page<Price>> {
    let rows = after(&ctx.prices, page.after()?, page.limit_plus_one());
    page.keyset(rows, |price| price.id.clone())
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
) -> Result<Option<Subscription>> {
    let subscriptions = ctx
        .subscriptions
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(subscriptions
        .get(&id)
        .filter(|one| one.customer_id == customer)
        .cloned())
}

#[churnkey::action(cancel, schedules(immediate))]
async fn cancel(ctx: &Billing, request: Cancel) -> Result<()> {
    ctx.change(
        &request.customer_id,
        &request.subscription_id,
        |subscription| {
            if !matches!(subscription.status, SubscriptionStatus::Canceled { .. }) {
                subscription.status = SubscriptionStatus::canceled(Timestamp::now());
            }
            Ok(())
        },
    )
}

/// Keeps the start of an existing pause, so that a repeated request does not extend it.
#[churnkey::action(pause, start_dates(immediate, end_of_period), durations(period, date))]
async fn pause(ctx: &Billing, request: Pause) -> Result<()> {
    ctx.change(
        &request.customer_id,
        &request.subscription_id,
        |subscription| {
            let length = request.permit(&subscription.duration)?;
            let period = subscription.status.current_period_dates();
            let start = match (&subscription.status, request.start_at) {
                (SubscriptionStatus::Canceled { .. }, _) => {
                    return Err(Error::conflict("the subscription is canceled"));
                }
                (SubscriptionStatus::Paused { pause, .. }, _) => pause.start,
                (_, Schedule::EndOfPeriod) => {
                    period.map_or_else(Timestamp::now, |period| period.end)
                }
                _ => Timestamp::now(),
            };
            let end = length.end_from(start);
            let end = end.ok_or_else(|| {
                Error::bad_request("`duration` must end after the start of the pause")
            })?;
            let status = SubscriptionStatus::paused(PausePeriod::new(start).end(end));
            subscription.status = match period {
                Some(period) => status.current_period(period),
                None => status,
            };
            Ok(())
        },
    )
}
