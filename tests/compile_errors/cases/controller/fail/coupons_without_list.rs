// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Coupon, CouponId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required);

#[churnkey::controller(coupons)]
async fn retrieve(_: &Billing, _: CouponId) -> churnkey::Result<Option<Coupon>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
