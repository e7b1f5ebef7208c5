include!("../../support/provider.rs");

use churnkey::Integration;

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(required);

#[test]
fn compiles_and_runs() {
    assert_eq!(Billing::NAME, "Acme");
    assert!(Billing::MANIFEST.actions.cancel.is_none());
    let _ = Billing::router::<()>(Billing, "token");
}
