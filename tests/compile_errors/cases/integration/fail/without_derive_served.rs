// errors: 1
include!("../../support/provider.rs");

struct Billing;

provide!(required);

fn main() {
    let _ = churnkey::serve(Billing);
}
