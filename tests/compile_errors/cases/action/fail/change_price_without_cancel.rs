// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::ChangePrice;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::action(change_price)]
async fn change_price(_: &Billing, _: ChangePrice) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
