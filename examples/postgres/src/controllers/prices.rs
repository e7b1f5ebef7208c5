use churnkey::{Mode, Page, PageRequest, Price, PriceId, Result};

use crate::Acme;

#[churnkey::controller(prices, type = "product")]
async fn retrieve(ctx: &Acme, id: PriceId, mode: Mode) -> Result<Option<Price>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.price(&id).await
}

#[churnkey::controller(prices)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Price>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.prices(&page).await
}
