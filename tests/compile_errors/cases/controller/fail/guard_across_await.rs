// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing {
    names: std::sync::Mutex<Vec<String>>,
}

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(ctx: &Billing, _: PriceId) -> churnkey::Result<Option<Price>> {
    let names = ctx.names.lock().map_err(|_| churnkey::Error::internal("poisoned"))?;
    std::future::ready(()).await;
    drop(names);
    Ok(None)
}

fn main() {
    let billing = Billing { names: Default::default() };
    let _ = <Billing as churnkey::Integration>::router::<()>(billing, "token");
}
