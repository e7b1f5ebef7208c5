// errors: 1
// The second attribute alone is reported, not what it would say about the types.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
#[churnkey::action(cancel)]
async fn retrieve(_: &Billing, _: PriceId) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
