// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::Customer;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::controller(customers)]
async fn find_by_email(_: &Billing, _: String) -> churnkey::Result<Option<Customer>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
