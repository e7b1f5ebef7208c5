use churnkey::{Family, FamilyId, Mode, Page, PageRequest, Result};

use crate::Acme;

#[churnkey::controller(families)]
async fn retrieve(ctx: &Acme, id: FamilyId, mode: Mode) -> Result<Option<Family>> {
    ctx.ledger(mode).read(move |books| books.family(&id)).await
}

#[churnkey::controller(families)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Family>> {
    ctx.ledger(mode)
        .read(move |books| books.families(&page))
        .await
}
