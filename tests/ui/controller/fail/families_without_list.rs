// errors: 1
#![allow(unused)]
include!("../../support/provider.rs");

use churnkey::{ProductFamily, FamilyId};

#[derive(churnkey::Integration)]
#[churnkey(name = "Acme")]
struct Billing;

provide!(required);

#[churnkey::controller(families)]
async fn retrieve(_: &Billing, _: FamilyId) -> churnkey::Result<Option<ProductFamily>> {
    Ok(None)
}

fn main() {
    let _ = <Billing as churnkey::Integration>::router(Billing, "token");
}
