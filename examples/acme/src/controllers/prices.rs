use churnkey::{Mode, Page, PageRequest, Price, PriceId, Result};

use crate::Acme;

#[churnkey::controller(prices, type = "product")]
async fn retrieve(ctx: &Acme, id: PriceId, mode: Mode) -> Result<Option<Price>> {
    ctx.ledger(mode).read(move |books| books.price(&id)).await
}

#[churnkey::controller(prices)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Price>> {
    ctx.ledger(mode)
        .read(move |books| books.prices(&page))
        .await
}
