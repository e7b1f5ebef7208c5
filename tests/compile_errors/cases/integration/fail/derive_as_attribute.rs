// errors: 2
// The first is of rustc; without the derive there is no integration.

#[churnkey::Integration]
struct Billing;

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
