// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(required);

fn main() {
    let _ = churnkey::serve::<Billing>();
}
