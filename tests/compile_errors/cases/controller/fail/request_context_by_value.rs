// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId, RequestContext};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(
    _: &Billing,
    _: PriceId,
    request: RequestContext,
) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
