use churnkey::{ApplyCoupon, Error, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Acme, request: ApplyCoupon, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            let mut subscription =
                books.require_subscription(&request.customer_id, &request.subscription_id)?;
            let coupon = books
                .coupon(&request.coupon_id)?
                .ok_or_else(|| Error::not_found("there is no such coupon"))?;
            let outcome = subscription.redeem(coupon, books.now())?;
            if outcome == Outcome::Applied {
                books.count_redemption(&request.coupon_id)?;
            }
            books.save_subscription(&subscription)?;
            books.audit(Entry {
                action: "apply_coupon",
                request: &id,
                customer: &request.customer_id,
                subscription: Some(&request.subscription_id),
                outcome,
                details: json!({ "coupon": request.coupon_id }),
            })
        })
        .await
}
