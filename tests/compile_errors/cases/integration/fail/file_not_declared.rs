// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel, coupons))]
struct Billing;

provide!(cancel coupons);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
