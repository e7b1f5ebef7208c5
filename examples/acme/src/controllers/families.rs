use churnkey::{FamilyId, Mode, Page, PageRequest, ProductFamily, Result};

use crate::Acme;

#[churnkey::controller(families)]
async fn retrieve(ctx: &Acme, id: FamilyId, mode: Mode) -> Result<Option<ProductFamily>> {
    ctx.ledger(mode).read(move |books| books.family(&id)).await
}

#[churnkey::controller(families)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<ProductFamily>> {
    ctx.ledger(mode)
        .read(move |books| books.families(&page))
        .await
}
