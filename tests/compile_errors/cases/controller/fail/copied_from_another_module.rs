// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Page, PageRequest, Product, Result};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required retrieve_product);

#[churnkey::controller(prices, list)]
async fn products(_: &Billing, _: PageRequest) -> Result<Page<Product>> {
    Ok(Page::last(Vec::new()))
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
