// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(cancel), expect(pause))]
struct Billing;

provide!(required cancel pause);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
