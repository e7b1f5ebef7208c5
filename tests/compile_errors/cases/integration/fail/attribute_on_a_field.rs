// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing {
    #[churnkey(name = "store", modes(shared))]
    store: u32,
}

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing { store: 3 }, "token");
}
