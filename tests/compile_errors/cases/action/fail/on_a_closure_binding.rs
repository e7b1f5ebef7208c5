// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required cancel);

#[churnkey::action(pause)]
const PAUSE: fn(&Billing, churnkey::Pause) -> churnkey::Result<()> = |_, _| Ok(());

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
