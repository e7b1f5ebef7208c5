// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Page, PageRequest, Price};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers retrieve_price subscriptions);

impl Billing {
    #[churnkey::controller(prices)]
    async fn list(_: &Billing, _: PageRequest) -> churnkey::Result<Page<Price>> {
        Ok(Page::last(Vec::new()))
    }
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
