// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::Integration;

struct Billing;

provide!(required);

fn main() {
    let _ = Billing::router::<()>(Billing, "token");
}
