// errors: 1
#![allow(unused)]
#![deny(deprecated)]
include!("../../support/provider.rs");

use churnkey::ChangePrice;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(change_price))]
struct Billing;

provide!(required cancel);

#[churnkey::action(change_price, schedules(immediate), prorate)]
async fn change(_: &Billing, request: ChangePrice) -> churnkey::Result<()> {
    let _ = (request.customer_id, request.subscription_id, request.price_id);
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
