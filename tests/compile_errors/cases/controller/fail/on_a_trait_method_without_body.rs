// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Customer, Page, PageRequest, Result};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required);

trait Customers {
    #[churnkey::controller(customers, list)]
    async fn list(&self, page: PageRequest) -> Result<Page<Customer>>;
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
