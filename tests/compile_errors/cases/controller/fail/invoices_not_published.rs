// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(required);

#[churnkey::controller(invoices)]
async fn retrieve(_: &Billing, _: String) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
