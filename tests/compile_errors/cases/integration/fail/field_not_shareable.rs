// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing {
    names: std::cell::RefCell<Vec<String>>,
}

provide!(required);

fn main() {
    let names = Default::default();
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing { names }, "token");
}
