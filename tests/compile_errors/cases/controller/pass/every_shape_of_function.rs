// Functions with documentation, `cfg`, argument patterns, other attributes above and below, and
// functions that a `macro_rules` writes.
include!("../../support/provider.rs");

use churnkey::{
    Customer, CustomerId, Error, Integration, Page, PageRequest, Price, PriceId, Subscription,
    SubscriptionId,
};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(customers(list)))]
struct Billing;

/// Finds a customer.
#[allow(clippy::unused_async)]
#[churnkey::controller(customers)]
#[inline]
async fn retrieve(_ctx: &Billing, ref _id: CustomerId) -> Result<Option<Customer>, Error> {
    return Ok(None);
}

#[churnkey::controller(customers)]
#[cfg(not(doc))]
async fn list(
    &Billing: &Billing,
    page: PageRequest,
    #[cfg_attr(all(), allow(unused_variables))] mode: churnkey::Mode,
    #[cfg(any())] nothing: Nothing,
    #[cfg_attr(all(), cfg(any()))] nothing: Nothing,
    #[cfg(true)] id: churnkey::RequestId,
) -> churnkey::Result<Page<Customer>> {
    let _: Option<CustomerId> = page.after()?;
    let _ = page.limit();
    let _ = id;
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(customers, list)]
#[cfg(any())]
async fn list(ctx: &Billing) {}

#[churnkey::controller(customers, list)]
#[cfg_attr(all(), cfg(any()))]
async fn list(ctx: &Billing) {}

#[cfg(any())]
#[churnkey::controller(customers, list)]
async fn list(ctx: &Billing) {}

macro_rules! retrieves {
    ($name:ident, $module:ident, $context:ty, $id:ty, $model:ty) => {
        #[churnkey::controller($module, retrieve)]
        async fn $name(_: &$context, _: $id) -> churnkey::Result<Option<$model>> {
            Ok(None)
        }
    };
}

retrieves!(price, prices, Billing, PriceId, Price);
provide!(list_prices);

// A function may return a model instead of an `Option`.
#[derive(Debug, churnkey::IntoError)]
#[churnkey(not_found)]
struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("gone")
    }
}

impl std::error::Error for Gone {}

#[churnkey::controller(subscriptions, retrieve)]
async fn r#async(_: &Billing, _: CustomerId, _: SubscriptionId) -> Result<Subscription, Gone> {
    Err(Gone)
}

#[test]
fn compiles_and_runs() {
    assert!(Billing::MANIFEST.controllers.customers);
}
