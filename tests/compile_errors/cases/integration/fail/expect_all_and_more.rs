// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect(all, cancel))]
struct Billing;

provide!(required coupons products families cancel pause);

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
