use churnkey::{ApplyCoupon, Error, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::Outcome;
use crate::books::Entry;
use crate::ledger::Subject;

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Acme, request: ApplyCoupon, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &ApplyCoupon, mode: Mode, id: &RequestId) -> Result<()> {
    let (customer, subscription) = (&request.customer_id, &request.subscription_id);
    let mut ledger = ctx.ledger_for_action(mode).await?;
    let books = ledger
        .write(Subject::Subscription(customer, subscription))
        .await?;
    let mut stored = books.require_subscription(customer, subscription).await?;
    let coupon = books
        .coupon_to_redeem(&request.coupon_id)
        .await?
        .ok_or_else(|| Error::not_found("there is no such coupon"))?;
    let outcome = stored.subscription.redeem(coupon, books.now())?;
    let details = json!({ "coupon": request.coupon_id });
    if outcome == Outcome::Applied {
        books.count_redemption(&request.coupon_id).await?;
        books.save_change(&stored, "apply_coupon", &details).await?;
    }
    books
        .audit(Entry {
            action: "apply_coupon",
            request: id,
            customer,
            subscription: Some(subscription),
            outcome,
            details,
        })
        .await?;
    books.commit().await
}
