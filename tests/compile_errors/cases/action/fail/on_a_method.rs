// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required cancel);

impl Billing {
    #[churnkey::action(pause)]
    async fn pause(&self, _: churnkey::Pause) -> churnkey::Result<()> {
        Ok(())
    }
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
