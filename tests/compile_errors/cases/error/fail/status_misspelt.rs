// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{Price, PriceId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", modes(shared), expect())]
struct Billing;

provide!(customers list_prices subscriptions);

#[churnkey::controller(prices)]
async fn retrieve(_: &Billing, _: PriceId) -> Result<Option<Price>, BillingError> {
    find()?;
    Ok(None)
}

fn find() -> churnkey::Result<()> {
    Err(BillingError::NoSuchPrice)?
}

#[derive(Debug, churnkey::IntoError)]
enum BillingError {
    #[churnkey(notfound)]
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

fn main() {
    let _ = <Billing as churnkey::Integration>::router::<()>(Billing, "token");
}
