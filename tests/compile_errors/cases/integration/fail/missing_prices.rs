// errors: 2
// Two functions are missing.
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(customers subscriptions);

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
