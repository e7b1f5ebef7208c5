// errors: 1
include!("../../support/provider.rs");

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(customers list_prices subscriptions);

mod plans {
    use churnkey::{Price, PriceId};

    #[churnkey::controller(prices)]
    pub async fn retrieve(_: &super::Billing, _: PriceId) -> churnkey::Result<Option<Price>> {
        Ok(None)
    }
}

mod archive {
    use churnkey::{Price, PriceId};

    #[churnkey::controller(prices)]
    pub async fn retrieve(_: &super::Billing, _: PriceId) -> churnkey::Result<Option<Price>> {
        Ok(None)
    }
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
