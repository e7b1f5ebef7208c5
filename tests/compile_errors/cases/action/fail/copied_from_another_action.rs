// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{ApplyCoupon, Result};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required coupons cancel);

#[churnkey::action(cancel)]
async fn apply_coupon(_: &Billing, _: ApplyCoupon) -> Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
