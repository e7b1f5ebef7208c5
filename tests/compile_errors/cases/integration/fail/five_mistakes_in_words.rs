// errors: 5
// Five mistakes.
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{ApplyCoupon, ChangePrice, ExtendTrial, Pause};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancle))]
struct Billing;

provide!(required cancel coupons);

#[churnkey::action(puase)]
async fn pause(_: &Billing, _: Pause) -> churnkey::Result<()> {
    Ok(())
}

#[churnkey::action(extend_trial, multi)]
async fn extend(_: &Billing, _: ExtendTrial) -> churnkey::Result<()> {
    Ok(())
}

#[churnkey::action(change_price, schedules())]
async fn change(_: &Billing, _: ChangePrice) -> churnkey::Result<()> {
    Ok(())
}

#[churnkey::action(apply_coupon)]
async fn apply(_: &Billing, _: &ApplyCoupon) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
