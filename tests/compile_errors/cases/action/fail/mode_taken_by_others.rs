// errors: 1
// Three functions do not tell the modes apart, and the fourth one does: reported at the first.
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", expect())]
struct Billing;

provide!(required cancel);

/// The data of one mode.
struct Books;

impl churnkey::FromRequestContext for Books {
    const READS_MODE: bool = true;

    fn from_request_context(_: &churnkey::RequestContext) -> churnkey::Result<Self> {
        Ok(Self)
    }
}

#[churnkey::action(pause)]
async fn pause(_: &Billing, _: churnkey::Pause, _: Books) -> churnkey::Result<()> {
    Ok(())
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
