// errors: 2
// The second is a consequence: a macro cannot find out that the type is of another crate.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};
use std::sync::Barrier as Pool;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(_: &Pool, _: PriceId) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
