// errors: 1
include!("../../support/provider.rs");

#[churnkey(name = "Acme", modes(shared))]
#[derive(churnkey::Integration)]
struct Billing;

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
