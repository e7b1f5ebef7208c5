// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared, test), expect())]
struct Billing;

provide!(required cancel);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
