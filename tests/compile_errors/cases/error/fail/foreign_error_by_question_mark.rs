// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(_: &Billing, id: PriceId) -> churnkey::Result<Option<Price>> {
    std::fs::read_to_string(id.as_str())?;
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
