// A dependency under another name, imitated by `extern crate`; `tests/renamed` has a real one.
mod vendor {
    pub extern crate churnkey as billing;
}

use vendor::billing;

mod churnkey {}

#[derive(billing::Integration)]
#[churnkey(name = "Acme", modes(shared), crate = crate::pass::renamed::vendor::billing, expect(cancel))]
struct Billing;

#[billing::controller(customers, retrieve, crate = billing)]
async fn customer(
    _: &Billing,
    _: billing::CustomerId,
) -> billing::Result<Option<billing::Customer>> {
    Ok(None)
}

#[billing::controller(prices, retrieve, crate = "billing")]
async fn price(_: &Billing, _: billing::PriceId) -> billing::Result<Option<billing::Price>> {
    Ok(None)
}

#[billing::controller(prices, list, crate = crate::pass::renamed::vendor::billing)]
async fn prices(
    _: &Billing,
    _: billing::PageRequest,
) -> billing::Result<billing::Page<billing::Price>> {
    Ok(billing::Page::last(Vec::new()))
}

#[billing::controller(crate = vendor::billing, subscriptions, retrieve)]
async fn subscription(
    _: &Billing,
    _: billing::CustomerId,
    _: billing::SubscriptionId,
    _: billing::Mode,
) -> billing::Result<Option<billing::Subscription>> {
    Ok(None)
}

#[billing::action(cancel, crate = self::billing)]
async fn cancel(_: &Billing, _: billing::Cancel) -> billing::Result<()> {
    Ok(())
}

#[test]
fn compiles_and_runs() {
    let _ = <Billing as billing::Integration>::router::<()>(Billing, "token");
}
