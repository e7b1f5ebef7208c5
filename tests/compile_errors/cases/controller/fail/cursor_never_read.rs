// errors: 1
#![allow(unused)]
#![deny(deprecated)]
include!("../../support/provider.rs");

use churnkey::{Page, PageRequest, Price};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers retrieve_price subscriptions);

#[churnkey::controller(prices)]
async fn list(_: &Billing, page: PageRequest) -> churnkey::Result<Page<Price>> {
    page.keyset(Vec::new(), |price| price.id.clone())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
