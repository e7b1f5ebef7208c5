use churnkey::{Coupon, CouponId, Mode, Page, PageRequest, Result};

use crate::Acme;

#[churnkey::controller(coupons)]
async fn retrieve(ctx: &Acme, id: CouponId, mode: Mode) -> Result<Option<Coupon>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.coupon(&id).await
}

#[churnkey::controller(coupons)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Coupon>> {
    let mut ledger = ctx.ledger(mode).await?;
    ledger.read().await?.coupons(&page).await
}
