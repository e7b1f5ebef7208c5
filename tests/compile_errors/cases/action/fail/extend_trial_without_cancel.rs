// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::ExtendTrial;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::action(extend_trial)]
async fn extend_trial(_: &Billing, _: ExtendTrial) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
