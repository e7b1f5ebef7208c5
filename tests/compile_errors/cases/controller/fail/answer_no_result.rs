// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(_: &Billing, _: PriceId) -> Option<Price> {
    None
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
