// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required list_coupons);

#[churnkey::action(coupons)]
async fn retrieve(_: &Billing, _: churnkey::CouponId) -> churnkey::Result<Option<churnkey::Coupon>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
