//! Generated code has no warning under the strictest lints.
#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    unused_lifetimes,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]

use std::sync::{Mutex, PoisonError};

use churnkey::{
    Cancel, Customer, CustomerId, Mode, Page, PageRequest, Pause, Price, PriceId, Result,
    Subscription, SubscriptionId,
};

/// The billing system.
#[derive(Debug, churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel, pause))]
struct Billing {
    prices: Mutex<Vec<Price>>,
}

impl Billing {
    async fn prices(&self) -> Vec<Price> {
        std::future::ready(()).await;
        self.prices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Finds a customer.
///
/// # Errors
///
/// Never.
#[churnkey::controller(customers, retrieve)]
async fn customer(_: &Billing, _: CustomerId) -> Result<Option<Customer>> {
    std::future::ready(Ok(None)).await
}

#[churnkey::controller(prices, retrieve, type = "standalone")]
async fn price(billing: &Billing, id: PriceId) -> Result<Option<Price>> {
    Ok(billing
        .prices()
        .await
        .into_iter()
        .find(|price| price.id == id))
}

#[churnkey::controller(prices, list)]
async fn prices(billing: &Billing, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(billing.prices().await))
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    std::future::ready(Ok(None)).await
}

#[churnkey::action(cancel, schedules(immediate))]
async fn cancel(_: &Billing, _: Cancel, _: Mode) -> Result<()> {
    std::future::ready(Ok(())).await
}

#[churnkey::action(pause)]
async fn pause(_: &Billing, _: Pause) -> Result<()> {
    std::future::ready(Ok(())).await
}

#[test]
fn compiles_and_runs() {
    let billing = Billing {
        prices: Mutex::default(),
    };
    let _ = <Billing as churnkey::Integration>::router(billing, "token");
}
