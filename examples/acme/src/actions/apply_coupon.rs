use churnkey::{ApplyCoupon, Error, Mode, RequestId, Result};
use serde_json::json;

use crate::Acme;
use crate::billing::{Outcome, Subscription, check_redeemable, discount_end};
use crate::books::{Books, Entry};

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Acme, request: ApplyCoupon, mode: Mode, id: RequestId) -> Result<()> {
    ctx.ledger(mode)
        .write(move |books| {
            let subscription =
                books.require_subscription(&request.customer_id, &request.subscription_id)?;
            let outcome = redeem(books, &request, &subscription)?;
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

/// Redeems a coupon, at most once for each subscription. While its discount lasts, the same request
/// counts as a repetition, even if the coupon has been used up in the meantime.
fn redeem(
    books: &Books<'_>,
    request: &ApplyCoupon,
    subscription: &Subscription,
) -> Result<Outcome> {
    let now = books.now();
    let coupon = books
        .coupon(&request.coupon_id)?
        .ok_or_else(|| Error::not_found("there is no such coupon"))?;
    match books.discount_by_coupon(&subscription.id, &coupon.id)? {
        Some(discount) if discount.end.is_none_or(|end| now < end) => return Ok(Outcome::Repeated),
        Some(_) => {
            return Err(Error::conflict(
                "the subscription has already used this coupon",
            ));
        }
        None => check_redeemable(&coupon, subscription, now)?,
    }
    books.count_redemption(&coupon.id)?;
    books.add_subscription_discount(
        &subscription.id,
        &coupon.id,
        now,
        discount_end(&coupon, subscription, now)?,
    )?;
    Ok(Outcome::Applied)
}
