// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", name = "Beta", modes(shared))]
struct Billing;

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
