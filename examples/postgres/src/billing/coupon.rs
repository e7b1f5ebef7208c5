use churnkey::model::{CouponDuration, CouponValue};
use churnkey::{BillingCycle, Coupon, Error, Result, Timestamp};

use super::Subscription;
use super::settle::after_cycles;

/// Returns a 409 if the subscription cannot redeem the coupon.
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
            "the coupon has reached its redemption limit",
        ));
    }
    let currency = match &coupon.value {
        CouponValue::Fixed(amount) => Some(amount.currency),
        CouponValue::Percentage(value) => value.currency,
        _ => None,
    };
    if currency.is_some_and(|currency| currency != subscription.price.amount.currency()) {
        return Err(Error::conflict(
            "the currency of the coupon differs from that of the subscription",
        ));
    }
    Ok(())
}

/// The exclusive end of the discount that a coupon gives a subscription; `None` if it never ends.
///
/// A charge is made when one period ends and the next begins. A discount therefore covers the
/// charge at the end of the current period and all later charges before the returned end. The
/// charge at the end itself has no discount.
///
/// An end after the year 9999 counts as no end.
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
            "the duration of a coupon has an unknown kind",
        )),
    }
}
