// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{ExtendTrial, Pause};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required);

#[churnkey::action(pause)]
async fn pause(_: &Billing, _: Pause) -> churnkey::Result<()> {
    Ok(())
}

#[churnkey::action(extend_trial)]
async fn extend(_: &Billing, _: ExtendTrial) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
