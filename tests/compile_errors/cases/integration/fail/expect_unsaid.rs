// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(required cancel);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
