// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Page, PageRequest, Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers subscriptions products);

#[churnkey::controller(prices, type = "product")]
async fn retrieve(_: &Billing, _: PriceId) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices, type = "standalone")]
async fn list(_: &Billing, _: PageRequest) -> churnkey::Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
