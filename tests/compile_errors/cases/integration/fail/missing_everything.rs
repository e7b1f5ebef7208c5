// errors: 4
// Four functions are missing.

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
