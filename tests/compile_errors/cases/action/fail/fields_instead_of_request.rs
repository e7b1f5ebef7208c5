// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{CustomerId, SubscriptionId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required cancel);

#[churnkey::action(pause)]
async fn pause(_: &Billing, _: CustomerId, _: SubscriptionId) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
