// errors: 4
// Five things are missing, two of them in one error.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Coupon, CouponId, ExtendTrial};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(families))]
struct Billing;

provide!(prices);

#[churnkey::controller(coupons)]
async fn retrieve(_: &Billing, _: CouponId) -> churnkey::Result<Option<Coupon>> {
    Ok(None)
}

#[churnkey::action(extend_trial)]
async fn extend(_: &Billing, _: ExtendTrial) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
