// errors: 1
#![allow(unused)]
#![deny(deprecated)]
include!("../../support/provider.rs");

use churnkey::ApplyCoupon;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(apply_coupon))]
struct Billing;

provide!(required cancel coupons);

#[churnkey::action(apply_coupon)]
async fn apply(_: &Billing, request: ApplyCoupon) -> churnkey::Result<()> {
    let _ = (request.subscription_id, request.coupon_id);
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
