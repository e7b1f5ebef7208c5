// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::PauseAll;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required cancel);

#[churnkey::action(pause_all)]
async fn pause_all(_: &Billing, _: PauseAll) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
