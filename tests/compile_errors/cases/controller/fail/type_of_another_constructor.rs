// errors: 1
#![allow(unused)]
#![deny(deprecated)]
include!("../../support/provider.rs");

use churnkey::{Amount, BillingCycle, Currency, Price, PriceId, Result};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers list_prices subscriptions products);

#[churnkey::controller(prices, type = "product")]
async fn retrieve(_: &Billing, id: PriceId) -> Result<Price> {
    let amount = Amount::fixed(Currency::USD, 1900);
    Ok(Price::standalone(id, BillingCycle::monthly(), amount))
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
