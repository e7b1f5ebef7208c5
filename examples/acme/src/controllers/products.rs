use churnkey::{Mode, Page, PageRequest, Product, ProductId, Result};

use crate::Acme;

#[churnkey::controller(products, type = "family")]
async fn retrieve(ctx: &Acme, id: ProductId, mode: Mode) -> Result<Option<Product>> {
    ctx.ledger(mode).read(move |books| books.product(&id)).await
}

#[churnkey::controller(products)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Product>> {
    ctx.ledger(mode)
        .read(move |books| books.products(&page))
        .await
}
