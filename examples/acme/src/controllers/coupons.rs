use churnkey::{Coupon, CouponId, Mode, Page, PageRequest, Result};

use crate::Acme;

#[churnkey::controller(coupons)]
async fn retrieve(ctx: &Acme, id: CouponId, mode: Mode) -> Result<Option<Coupon>> {
    ctx.ledger(mode).read(move |books| books.coupon(&id)).await
}

#[churnkey::controller(coupons)]
async fn list(ctx: &Acme, page: PageRequest, mode: Mode) -> Result<Page<Coupon>> {
    ctx.ledger(mode)
        .read(move |books| books.coupons(&page))
        .await
}
