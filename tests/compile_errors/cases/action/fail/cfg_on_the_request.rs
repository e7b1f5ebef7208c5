// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(required);

#[churnkey::action(cancel)]
async fn cancel(
    _: &Billing,
    #[cfg(target_pointer_width = "64")] _: churnkey::Cancel,
) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
