// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(prices subscriptions);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
