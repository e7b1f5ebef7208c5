//! A small complete provider: one price, one customer with one subscription, kept in memory, and
//! the action `cancel`.
//!
//! ```text
//! CK_INTEGRATION_TOKEN=local-token cargo run -p minimal
//! curl -H 'Authorization: Bearer local-token' http://127.0.0.1:8080/churnkey/features
//! ```

use std::sync::{Mutex, MutexGuard, PoisonError};

use churnkey::{
    Amount, BillingCycle, Cancel, Currency, Customer, CustomerId, Error, Page, PageRequest, Price,
    PriceId, Result, Subscription, SubscriptionId, SubscriptionItem, SubscriptionPeriod,
    SubscriptionStatus, TimeUnit, Timestamp,
};

#[derive(churnkey::Integration)]
#[churnkey(name = "Minimal", modes(test), expect(cancel))]
struct Billing {
    price: Price,
    customer: Customer,
    subscription: Mutex<Subscription>,
}

impl Billing {
    fn new() -> Self {
        let cycle = BillingCycle::monthly();
        let price = Price::standalone("pro", cycle, Amount::fixed(Currency::USD, 1900)).name("Pro");
        let items = vec![SubscriptionItem::new("item_1", price.clone(), 1)];
        let start = Timestamp::now();
        // Churnkey shows the customer the end of the paid period.
        let end = start.plus(1, TimeUnit::Month).unwrap_or(start);
        let status =
            SubscriptionStatus::active().current_period(SubscriptionPeriod::new(start, end));
        let subscription = Subscription::new("sub_1", "cus_1", status, start, cycle, items);
        Self {
            price,
            customer: Customer::new("cus_1").name("Ada").email("ada@example.test"),
            subscription: Mutex::new(subscription),
        }
    }

    fn subscription(&self) -> MutexGuard<'_, Subscription> {
        self.subscription
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[churnkey::controller(customers, retrieve)]
async fn customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    Ok((id == ctx.customer.id).then(|| ctx.customer.clone()))
}

#[churnkey::controller(prices, retrieve)]
async fn price(ctx: &Billing, id: PriceId) -> Result<Option<Price>> {
    Ok((id == ctx.price.id).then(|| ctx.price.clone()))
}

#[churnkey::controller(prices, list)]
async fn prices(ctx: &Billing, page: PageRequest) -> Result<Page<Price>> {
    let after: Option<PriceId> = page.after()?;
    let mut prices = vec![ctx.price.clone()];
    prices.retain(|price| after.as_ref().is_none_or(|after| price.id > *after));
    page.keyset(prices, |price| price.id.clone())
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
) -> Result<Option<Subscription>> {
    let subscription = ctx.subscription();
    let found = subscription.id == id && subscription.customer_id == customer;
    Ok(found.then(|| subscription.clone()))
}

/// Cancels the subscription. The same request may arrive twice; the second one changes nothing.
#[churnkey::action(cancel, schedules(immediate))]
async fn cancel(ctx: &Billing, request: Cancel) -> Result<()> {
    let mut subscription = ctx.subscription();
    if subscription.id != request.subscription_id || subscription.customer_id != request.customer_id
    {
        return Err(Error::not_found("there is no such subscription"));
    }
    if !matches!(subscription.status, SubscriptionStatus::Canceled { .. }) {
        subscription.status = SubscriptionStatus::canceled(Timestamp::now());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    churnkey::serve(Billing::new()).await
}

#[cfg(test)]
mod tests;
