// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Page, PageRequest};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers retrieve_price subscriptions);

#[churnkey::controller(prices)]
async fn list(_: &Billing, page: PageRequest) {
    let after: Option<String> = page.after()?;
    let _: u32 = "1".parse()?;
    Ok(Page::last(Vec::new()))
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
