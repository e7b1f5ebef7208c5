// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Product, ProductId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required list_products);

#[churnkey::controller(products, type = "family")]
async fn retrieve(_: &Billing, _: ProductId) -> churnkey::Result<Option<Product>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
