//! Discounts, and what they leave of a charge.

use churnkey::model::{CouponDuration, CouponValue, CycleUnit, FixedAmount, MinorUnits};
use churnkey::{Coupon, Error, Result, TimeUnit, Timestamp};

/// A discount that was given to a subscription or to a customer.
///
/// A number of charges is kept as a number. As a date it would be wrong as soon as the next charge
/// moves: with the end of an extended trial, or to the end of a pause.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    pub coupon: Coupon,
    pub start: Timestamp,
    /// The charges that the discount still reduces. `None` if it does not count charges.
    pub charges_left: Option<u32>,
    /// The exclusive end. A discount that counts charges gets it with the first charge that it does
    /// not reduce.
    pub end: Option<Timestamp>,
    /// The time of the last charge that the discount reduced.
    pub last_charge: Option<Timestamp>,
}

impl Grant {
    /// The discount of a coupon that is redeemed now. An end after the year 9999 counts as no end.
    pub fn new(coupon: Coupon, now: Timestamp) -> Result<Self> {
        let (charges_left, end) = match coupon.duration {
            CouponDuration::Once => (Some(1), None),
            CouponDuration::CycleAmount { cycles } => (Some(cycles), None),
            CouponDuration::Recurring { amount, unit } => (None, now.plus(amount, unit_of(unit))),
            CouponDuration::Forever => (None, None),
            _ => {
                return Err(Error::internal(
                    "the duration of a coupon has an unknown kind",
                ));
            }
        };
        Ok(Self {
            coupon,
            start: now,
            charges_left,
            end,
            last_charge: None,
        })
    }

    pub fn is_current(&self, now: Timestamp) -> bool {
        self.start <= now && self.end.is_none_or(|end| now < end)
    }

    /// Counts a charge, and returns `true` if the discount reduces it.
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

    /// The sum that the discount leaves, never below zero.
    fn reduce(&self, sum: MinorUnits, quantity: u64) -> Result<MinorUnits> {
        let sum = i128::from(sum.get());
        let rebate = match &self.coupon.value {
            CouponValue::Fixed(amount) => fixed(amount, quantity),
            CouponValue::Percentage(value) => {
                // Exact in integers: a percentage has at most six decimals.
                let millionths = (value.percent.get() * 1_000_000.0).round() as i128;
                (2 * sum * millionths + 100_000_000).div_euclid(200_000_000)
            }
            _ => return Err(Error::internal("the value of a coupon has an unknown kind")),
        };
        Ok((sum - rebate.clamp(0, sum.max(0))).try_into()?)
    }
}

/// The sum that discounts leave, each applied to what the earlier ones left.
pub(super) fn reduced<'g>(
    sum: MinorUnits,
    quantity: u64,
    grants: impl IntoIterator<Item = &'g Grant>,
) -> Result<MinorUnits> {
    let mut grants = grants.into_iter();
    grants.try_fold(sum, |left, grant| grant.reduce(left, quantity))
}

fn fixed(amount: &FixedAmount, quantity: u64) -> i128 {
    let units = |sum: Option<MinorUnits>| i128::from(sum.unwrap_or_default().get());
    units(amount.unit)
        .saturating_mul(quantity.into())
        .saturating_add(units(amount.flat))
}

fn unit_of(unit: CycleUnit) -> TimeUnit {
    match unit {
        CycleUnit::Month => TimeUnit::Month,
        CycleUnit::Year => TimeUnit::Year,
    }
}
