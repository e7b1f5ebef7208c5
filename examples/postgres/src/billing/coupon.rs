use churnkey::{BillingCycle, Coupon, CouponDuration, CouponValue, Error, Result, Timestamp};

use super::Subscription;
use super::settle::after_cycles;

/// A 409 if a subscription cannot have a coupon.
pub fn check_redeemable(
    coupon: &Coupon,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<()> {
    subscription.require_lasting()?;
    if coupon.expires_at.is_some_and(|end| end <= now) {
        return Err(Error::conflict("the coupon has expired"));
    }
    let redemptions = coupon.redemptions.unwrap_or_default();
    if redemptions
        .max
        .is_some_and(|max| redemptions.current.unwrap_or_default() >= max)
    {
        return Err(Error::conflict(
            "the coupon has been redeemed as often as it can be",
        ));
    }
    let currency = match &coupon.value {
        CouponValue::Fixed(amount) => Some(amount.currency),
        CouponValue::Percentage(value) => value.currency,
        _ => None,
    };
    if currency.is_some_and(|currency| currency != subscription.price.amount.currency()) {
        return Err(Error::conflict(
            "the coupon has another currency than the subscription",
        ));
    }
    Ok(())
}

/// When the discount that a coupon gives a subscription ends, exclusive; `None` is never.
///
/// Charges are made where a period ends and the next begins. So the charges that a discount covers
/// are the one at the end of the current period and those after it, up to the end here, at which
/// the first charge without it is made.
///
/// An end beyond the year 9999 is no end.
pub fn discount_end(
    coupon: &Coupon,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let after = |cycles| after_cycles(subscription.period.end, subscription.cycle(), cycles);
    match coupon.duration {
        CouponDuration::Once => Ok(after(1)),
        CouponDuration::CycleAmount { cycles } => Ok(after(cycles)),
        CouponDuration::Recurring { amount, unit } => {
            Ok(after_cycles(now, BillingCycle::every(amount, unit), 1))
        }
        CouponDuration::Forever => Ok(None),
        _ => Err(Error::internal(
            "a coupon has a duration that is new to the company",
        )),
    }
}
