// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::Pause;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required cancel);

#[churnkey::action(pause)]
async fn pause(_: &Billing, _: Pause) -> churnkey::Result<()> {
    let shared = std::cell::RefCell::new(3);
    let guard = &shared;
    std::future::ready(()).await;
    guard.replace(4);
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
