// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), crate = ::billing)]
struct Billing;

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
