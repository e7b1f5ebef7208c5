//! The smallest honest provider: one customer, one price, one subscription, kept in memory, and a way to cancel.
//!
//! ```text
//! CK_INTEGRATION_TOKEN=local-token cargo run --example minimal
//! curl -H 'Authorization: Bearer local-token' http://127.0.0.1:8080/churnkey/features
//! ```

use std::sync::{Mutex, PoisonError};

use churnkey::{
    Amount, BillingCycle, Cancel, Currency, Customer, CustomerId, Error, Page, PageRequest, Price,
    PriceId, Result, Schedule, Status, Subscription, SubscriptionId, SubscriptionItem, Timestamp,
};

#[derive(churnkey::Integration)]
#[churnkey(name = "Minimal", expect(cancel))]
struct Billing {
    prices: Vec<Price>,
    customers: Vec<Customer>,
    subscriptions: Mutex<Vec<Subscription>>,
}

#[churnkey::controller(customers, retrieve)]
async fn customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    Ok(ctx
        .customers
        .iter()
        .find(|customer| customer.id == id)
        .cloned())
}

#[churnkey::controller(prices, retrieve)]
async fn price(ctx: &Billing, id: PriceId) -> Result<Option<Price>> {
    Ok(ctx.prices.iter().find(|price| price.id == id).cloned())
}

#[churnkey::controller(prices, list)]
async fn prices(ctx: &Billing, page: PageRequest) -> Result<Page<Price>> {
    let after: Option<PriceId> = page.after()?;
    let mut prices: Vec<Price> = ctx
        .prices
        .iter()
        .filter(|price| Some(&price.id) > after.as_ref())
        .cloned()
        .collect();
    prices.sort_by(|one, other| one.id.cmp(&other.id));
    page.keyset(prices, |price| price.id.clone())
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
) -> Result<Option<Subscription>> {
    let subscriptions = ctx
        .subscriptions
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    Ok(subscriptions
        .iter()
        .find(|subscription| subscription.customer_id == customer && subscription.id == id)
        .cloned())
}

/// A subscription that is canceled already stays as it is, so that the same request may arrive twice.
#[churnkey::action(cancel, schedules(immediate))]
async fn cancel(ctx: &Billing, request: Cancel) -> Result<()> {
    debug_assert_eq!(request.scheduled_at, Schedule::Immediate);
    let mut subscriptions = ctx
        .subscriptions
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let subscription = subscriptions
        .iter_mut()
        .find(|subscription| {
            subscription.customer_id == request.customer_id
                && subscription.id == request.subscription_id
        })
        .ok_or_else(|| Error::not_found("there is no such subscription"))?;
    if !matches!(subscription.status, Status::Canceled { .. }) {
        subscription.status = Status::canceled(Timestamp::now());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let price = Price::standalone(
        "pro",
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1900),
    )
    .name("Pro");
    let item = SubscriptionItem::new("item_1", price.clone(), 1);
    let subscription = Subscription::new(
        "sub_1",
        "cus_1",
        Status::active(),
        Timestamp::now(),
        BillingCycle::monthly(),
        vec![item],
    );
    let billing = Billing {
        prices: vec![price],
        customers: vec![Customer::new("cus_1").name("Ada").email("ada@example.test")],
        subscriptions: Mutex::new(vec![subscription]),
    };
    churnkey::serve(billing).await
}
