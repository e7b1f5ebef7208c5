// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing {
    store: Box<dyn std::any::Any>,
}

provide!(required);

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing { store: Box::new(3) }, "token");
}
