// errors: 1
// The compiler reports it: a macro cannot see the trait around the function.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

trait Prices {
    #[churnkey::controller(prices)]
    async fn retrieve(_: &Billing, _: PriceId) -> churnkey::Result<Option<Price>>;
}

impl Prices for Billing {
    async fn retrieve(_: &Billing, _: PriceId) -> churnkey::Result<Option<Price>> {
        Ok(None)
    }
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
