// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::CancelAll;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::action(cancel_all)]
async fn cancel_all(_: &Billing, _: CancelAll) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
