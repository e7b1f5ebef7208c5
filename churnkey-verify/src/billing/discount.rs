//! Discounts: the rebate of a coupon on a charge, and the number of charges that it reduces.

use churnkey_runtime::Timestamp;
use churnkey_runtime::model::{CouponDuration, CouponValue, CycleUnit};
use churnkey_runtime::model::{FixedAmount, MinorUnits};
use churnkey_runtime::{Coupon, CouponId, TimeUnit};

/// A discount that was given to a subscription or to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GivenDiscount {
    /// The coupon that was redeemed.
    pub coupon: Coupon,
    /// The time of the redemption.
    pub start: Timestamp,
    /// The charges that it still reduces; `None` if it does not count charges (rule 15).
    pub charges_left: Option<u32>,
    /// The exclusive end: fixed from the start for a span of time (rule 16), otherwise known once
    /// the first charge without the discount was made.
    pub end: Option<Timestamp>,
    /// The time of the last charge that it reduced.
    pub last_charge: Option<Timestamp>,
}

impl GivenDiscount {
    /// The discount of a coupon that is redeemed now.
    pub fn new(coupon: Coupon, now: Timestamp) -> Self {
        let (charges_left, end) = match coupon.duration {
            CouponDuration::Once => (Some(1), None),
            CouponDuration::CycleAmount { cycles } => (Some(cycles), None),
            CouponDuration::Recurring { amount, unit } => {
                let unit = match unit {
                    CycleUnit::Month => TimeUnit::Month,
                    CycleUnit::Year => TimeUnit::Year,
                };
                (None, now.plus(amount, unit))
            }
            _ => (None, None),
        };
        Self {
            coupon,
            start: now,
            charges_left,
            end,
            last_charge: None,
        }
    }

    /// True before the end of the discount.
    pub fn is_current(&self, now: Timestamp) -> bool {
        self.end.is_none_or(|end| now < end)
    }

    /// Uses the discount for a charge, if it reduces this one.
    pub(super) fn take(&mut self, at: Timestamp) -> bool {
        if !self.is_current(at) {
            return false;
        }
        match &mut self.charges_left {
            Some(0) => {
                self.end = Some(at);
                return false;
            }
            Some(left) => *left -= 1,
            None => {}
        }
        self.last_charge = Some(at);
        true
    }
}

/// The sum that the discounts leave, and their coupons (rule 17).
pub(super) fn discounted<'d>(
    gross: i64,
    quantity: u64,
    discounts: impl IntoIterator<Item = &'d GivenDiscount>,
) -> (i64, Vec<CouponId>) {
    let (mut left, mut coupons) = (gross, Vec::new());
    for discount in discounts {
        left -= rebate(&discount.coupon.value, left, quantity);
        coupons.push(discount.coupon.id.clone());
    }
    (left, coupons)
}

fn rebate(value: &CouponValue, sum: i64, quantity: u64) -> i64 {
    let sum = i128::from(sum.max(0));
    let rebate = match value {
        CouponValue::Fixed(amount) => fixed(amount, quantity),
        CouponValue::Percentage(value) => {
            // A millionth of a per cent is finer than any minor unit needs, and exact.
            const HUNDRED: i128 = 100_000_000;
            let millionths = (value.percent.get() * 1_000_000.0).round() as i128;
            (2 * sum * millionths + HUNDRED).div_euclid(2 * HUNDRED)
        }
        _ => 0,
    };
    i64::try_from(rebate.clamp(0, sum)).unwrap_or(i64::MAX)
}

fn fixed(amount: &FixedAmount, quantity: u64) -> i128 {
    let units = |sum: Option<MinorUnits>| i128::from(sum.unwrap_or_default().get());
    units(amount.unit)
        .saturating_mul(quantity.into())
        .saturating_add(units(amount.flat))
}
