// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Page, PageRequest, Product};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::controller(products)]
async fn list(_: &Billing, _: PageRequest) -> churnkey::Result<Page<Product>> {
    Ok(Page::last(Vec::new()))
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
