// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(prices subscriptions);

#[churnkey::controller(customers, type = "product")]
async fn retrieve(_: &Billing, _: churnkey::CustomerId) -> churnkey::Result<Option<churnkey::Customer>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
