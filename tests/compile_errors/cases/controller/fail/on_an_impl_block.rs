// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::controller(prices)]
impl Billing {
    async fn retrieve(&self, _: churnkey::PriceId) -> churnkey::Result<Option<churnkey::Price>> {
        Ok(None)
    }
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
