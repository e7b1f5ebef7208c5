use churnkey::{Mode, Page, PageRequest, Product, ProductId, Result};

use crate::Acme;

#[churnkey::controller(products, type = "family")]
async fn retrieve(ctx: &Acme, id: ProductId, mode: Mode) -> Result<Option<Product>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.product(&id).await
}

#[churnkey::controller(products)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Product>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.products(&page).await
}
