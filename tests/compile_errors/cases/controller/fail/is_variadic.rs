// errors: 4
// The first is ours; the others are the compiler's own, which it has for every such function.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async unsafe extern "C" fn retrieve(_: &Billing, _: PriceId, _: ...) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
