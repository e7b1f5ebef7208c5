// A company's error type around ours, ours around it, and the usual signature of `main`.
include!("../../support/provider.rs");

use churnkey::{Integration, Price, PriceId, ResultExt as _};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared))]
struct Billing;

provide!(customers list_prices subscriptions);

#[derive(Debug, churnkey::IntoError)]
enum BillingError {
    #[churnkey(not_found)]
    NoSuchPrice,
    Churnkey(churnkey::Error),
}

impl From<churnkey::Error> for BillingError {
    fn from(error: churnkey::Error) -> Self {
        Self::Churnkey(error)
    }
}

impl std::fmt::Display for BillingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("there is no such price")
    }
}

impl std::error::Error for BillingError {}

#[churnkey::controller(prices)]
async fn retrieve(_: &Billing, id: PriceId) -> Result<Option<Price>, BillingError> {
    check(&id)?;
    Err(BillingError::NoSuchPrice)
}

fn check(id: &PriceId) -> churnkey::Result<()> {
    id.as_str()
        .parse::<u32>()
        .or_not_found("there is no such price")?;
    Err(BillingError::NoSuchPrice)?
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    churnkey::serve(Billing).await?;
    Ok(())
}

#[test]
fn compiles_and_runs() {
    drop(serve());
    assert_eq!(check(&"7".into()).unwrap_err().status().as_u16(), 404);
    assert!(Billing::MANIFEST.controllers.prices.is_some());
}
