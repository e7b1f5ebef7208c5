// errors: 4
// The first is ours; rustc reports the others for every variadic function.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async unsafe extern "C" fn retrieve(_: &Billing, _: PriceId, _: ...) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
