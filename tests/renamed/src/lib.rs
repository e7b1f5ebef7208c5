//! A provider whose dependency on `churnkey` has another name, in the oldest edition that supports
//! `async`.
//!
//! Compiling this file is the test: the crate has no `::churnkey`.

use retention::manifest::Manifest;
use retention::{
    Cancel, Customer, CustomerId, Error, Integration as _, Page, PageRequest, Pause, Price,
    PriceId, Result, Subscription, SubscriptionId,
};

/// Shared by the functions.
#[derive(Debug, retention::Integration)]
#[churnkey(crate = retention, name = "Renamed", modes(shared), expect(cancel, pause))]
pub struct Billing;

/// Returns a customer for every id.
#[retention::controller(customers, crate = retention)]
pub async fn retrieve_customer(_: &Billing, id: CustomerId) -> Result<Customer> {
    Ok(Customer::new(id))
}

#[retention::controller(prices)]
async fn retrieve_price(_: &Billing, id: PriceId) -> Result<Option<Price>, BillingError> {
    Err(BillingError(id))
}

#[retention::controller(prices, crate = retention, type = "standalone")]
async fn list_prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[retention::controller(subscriptions, crate = retention)]
async fn retrieve_subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[retention::action(cancel, crate = retention, schedules(immediate))]
async fn cancel(_: &Billing, _: Cancel) -> Result<()> {
    Ok(())
}

#[retention::action(pause, crate = retention)]
async fn pause(_: &Billing, _: Pause) -> Result<()> {
    Ok(())
}

struct BillingError(PriceId);

impl retention::IntoError for BillingError {
    fn into_error(self) -> Error {
        Error::internal(format!("price {} is locked", self.0))
    }
}

/// Available at compile time here as well.
pub const MANIFEST: Manifest = Billing::MANIFEST;

const _: () = assert!(MANIFEST.actions.pause.is_some());
