// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel, pause))]
struct Billing;

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
