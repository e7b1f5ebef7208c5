// errors: 5
// Five mistakes, in words, types, the signature, and functions that are missing.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{ExtendTrial, Page, PageRequest, Pause, Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(coupons))]
struct Billing;

provide!(customers subscriptions cancel);

#[churnkey::controller(prices)]
async fn retrieve(_: &Billing, _: churnkey::ProductId) -> churnkey::Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn list(_: &Billing, _: PageRequest) -> churnkey::Result<Vec<Price>> {
    Ok(Vec::new())
}

#[churnkey::action(pause, durations(perod))]
async fn pause(_: &Billing, _: Pause) -> churnkey::Result<()> {
    Ok(())
}

#[churnkey::action(extend_trial)]
fn extend(_: &Billing, _: ExtendTrial) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
