use churnkey::{FamilyId, Mode, Page, PageRequest, ProductFamily, Result};

use crate::Acme;

#[churnkey::controller(families)]
async fn retrieve(ctx: &Acme, id: FamilyId, mode: Mode) -> Result<Option<ProductFamily>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.family(&id).await
}

#[churnkey::controller(families)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<ProductFamily>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.families(&page).await
}
