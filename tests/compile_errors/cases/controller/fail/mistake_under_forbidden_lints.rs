// errors: 1
#![forbid(dead_code, unused_variables, unused_mut, unused_must_use)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(_: &Billing, _: &PriceId) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
