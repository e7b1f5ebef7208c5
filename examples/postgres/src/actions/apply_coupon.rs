use churnkey::{ApplyCoupon, Error, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::{Outcome, Subscription, check_redeemable, discount_end};
use crate::books::{Books, Entry};
use crate::ledger::Subject;

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Acme, request: ApplyCoupon, mode: Mode, id: RequestId) -> Result<()> {
    ctx.carry_out(|| attempt(ctx, &request, mode, &id)).await
}

async fn attempt(ctx: &Acme, request: &ApplyCoupon, mode: Mode, id: &RequestId) -> Result<()> {
    let (customer, subscription) = (&request.customer_id, &request.subscription_id);
    let mut ledger = ctx.ledger(mode).await?;
    let books = ledger
        .write(Subject::Subscription(customer, subscription))
        .await?;
    let stored = books.require_subscription(customer, subscription).await?;
    let outcome = redeem(&books, request, &stored.subscription).await?;
    let details = json!({ "coupon": request.coupon_id });
    if outcome == Outcome::Applied {
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

/// Redeems a coupon, at most once for each subscription. While its discount lasts, the same request
/// counts as a repetition, even if the coupon has been used up in the meantime.
async fn redeem(
    books: &Books<'_>,
    request: &ApplyCoupon,
    subscription: &Subscription,
) -> Result<Outcome> {
    let now = books.now();
    let coupon = books
        .coupon_to_redeem(&request.coupon_id)
        .await?
        .ok_or_else(|| Error::not_found("there is no such coupon"))?;
    match books
        .discount_by_coupon(&subscription.id, &coupon.id)
        .await?
    {
        Some(discount) if discount.end.is_none_or(|end| now < end) => return Ok(Outcome::Repeated),
        Some(_) => {
            return Err(Error::conflict(
                "the subscription has already used this coupon",
            ));
        }
        None => check_redeemable(&coupon, subscription, now)?,
    }
    books.count_redemption(&coupon.id).await?;
    let end = discount_end(&coupon, subscription, now)?;
    books
        .add_subscription_discount(&subscription.id, &coupon.id, now, end)
        .await?;
    Ok(Outcome::Applied)
}
