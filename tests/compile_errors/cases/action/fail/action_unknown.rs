// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::Cancel;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::action(refund)]
async fn refund(_: &Billing, _: Cancel) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
