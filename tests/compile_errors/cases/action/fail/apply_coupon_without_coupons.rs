// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::ApplyCoupon;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required cancel);

#[churnkey::action(apply_coupon)]
async fn apply_coupon(_: &Billing, _: ApplyCoupon) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
