// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::Pause;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required cancel);

#[churnkey::action(pause, allow_annual = "yes")]
async fn pause(_: &Billing, _: Pause) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
