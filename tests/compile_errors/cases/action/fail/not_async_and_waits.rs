// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::Pause;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required cancel);

async fn store(_: &Pause) -> churnkey::Result<()> {
    Ok(())
}

#[churnkey::action(pause)]
pub(crate) fn pause(_: &Billing, request: Pause) -> churnkey::Result<()> {
    if request.permit(&churnkey::BillingCycle::monthly()).is_ok() {
        store(&request).await?;
    }
    store(&request).await
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
