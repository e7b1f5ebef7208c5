use churnkey::model::CouponValue;
use churnkey::{Coupon, Error, Result, Timestamp};

use super::{Grant, Outcome, Subscription};

impl Subscription {
    /// Redeems a coupon, at most once for each subscription. While its discount lasts, the same
    /// request counts as a repetition, even if the coupon has been used up in the meantime.
    pub fn redeem(&mut self, coupon: Coupon, now: Timestamp) -> Result<Outcome> {
        let mut grants = self.discounts.iter();
        match grants.find(|grant| grant.coupon.id == coupon.id) {
            Some(grant) if grant.is_current(now) => return Ok(Outcome::Repeated),
            Some(_) => {
                return Err(Error::conflict(
                    "the subscription has already used this coupon",
                ));
            }
            None => self.require_redeemable(&coupon, now)?,
        }
        self.discounts.push(Grant::new(coupon, now)?);
        Ok(Outcome::Applied)
    }

    fn require_redeemable(&self, coupon: &Coupon, now: Timestamp) -> Result<()> {
        self.require_lasting()?;
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
        if currency.is_some_and(|currency| currency != self.price.amount.currency()) {
            return Err(Error::conflict(
                "the currency of the coupon differs from that of the subscription",
            ));
        }
        Ok(())
    }
}
