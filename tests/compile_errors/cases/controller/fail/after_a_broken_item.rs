// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Customer, CustomerId, Result};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(prices subscriptions);

use churnkey::;

#[churnkey::controller(customers)]
async fn retrieve(_: &Billing, id: CustomerId) -> Result<Customer> {
    Ok(Customer::new(id))
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
