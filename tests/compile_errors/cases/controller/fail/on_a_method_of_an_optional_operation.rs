// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Customer, Page, PageRequest};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required coupons);

impl Billing {
    #[churnkey::controller(customers)]
    async fn list(_: &Billing, _: PageRequest) -> churnkey::Result<Page<Customer>> {
        Ok(Page::last(Vec::new()))
    }
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
