// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
enum Billing {
    Live,
}

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing::Live, "token");
}
