// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Subscription, SubscriptionId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers prices);

#[churnkey::controller(subscriptions)]
async fn retrieve(_: &Billing, _: SubscriptionId) -> churnkey::Result<Option<Subscription>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
