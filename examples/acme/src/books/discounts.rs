use churnkey::model::Discount;
use churnkey::{CouponId, CustomerId, Result, SubscriptionId, Timestamp};
use rusqlite::Row;

use super::columns::{At, column};
use super::{Books, coupons};

impl Books<'_> {
    /// The current discounts on everything that a customer buys.
    pub fn discounts_of_customer(&self, customer: &CustomerId) -> Result<Vec<Discount>> {
        self.all(
            "SELECT coupons.*, started_at, ends_at
             FROM customer_discounts
             JOIN coupons ON coupons.mode = customer_discounts.mode AND coupons.id = coupon_id
             WHERE customer_discounts.mode = :mode AND customer_id = :customer
                 AND (ends_at IS NULL OR ends_at > :now)
             ORDER BY started_at, coupon_id",
            &[(":customer", &customer.as_str()), (":now", &At(self.now))],
            read,
        )
    }

    /// The current discounts on a subscription.
    pub fn discounts_of_subscription(
        &self,
        subscription: &SubscriptionId,
    ) -> Result<Vec<Discount>> {
        self.all(
            "SELECT coupons.*, started_at, ends_at
             FROM subscription_discounts
             JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
             WHERE subscription_discounts.mode = :mode AND subscription_id = :subscription
                 AND (ends_at IS NULL OR ends_at > :now)
             ORDER BY started_at, coupon_id",
            &[
                (":subscription", &subscription.as_str()),
                (":now", &At(self.now)),
            ],
            read,
        )
    }

    /// The discount that a subscription got from a coupon, even if the discount has ended.
    pub fn discount_by_coupon(
        &self,
        subscription: &SubscriptionId,
        coupon: &CouponId,
    ) -> Result<Option<Discount>> {
        self.one(
            "SELECT coupons.*, started_at, ends_at
             FROM subscription_discounts
             JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
             WHERE subscription_discounts.mode = :mode AND subscription_id = :subscription
                 AND coupon_id = :coupon",
            &[
                (":subscription", &subscription.as_str()),
                (":coupon", &coupon.as_str()),
            ],
            read,
        )
    }

    pub fn add_subscription_discount(
        &self,
        subscription: &SubscriptionId,
        coupon: &CouponId,
        start: Timestamp,
        end: Option<Timestamp>,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO subscription_discounts (mode, subscription_id, coupon_id, started_at, ends_at)
             VALUES (:mode, :subscription, :coupon, :start, :end)",
            &[
                (":subscription", &subscription.as_str()),
                (":coupon", &coupon.as_str()),
                (":start", &At(start)),
                (":end", &end.map(At)),
            ],
        )?;
        Ok(())
    }

    pub fn add_customer_discount(
        &self,
        customer: &CustomerId,
        coupon: &CouponId,
        start: Timestamp,
        end: Option<Timestamp>,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO customer_discounts (mode, customer_id, coupon_id, started_at, ends_at)
             VALUES (:mode, :customer, :coupon, :start, :end)",
            &[
                (":customer", &customer.as_str()),
                (":coupon", &coupon.as_str()),
                (":start", &At(start)),
                (":end", &end.map(At)),
            ],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<Discount> {
    let At(start) = column(row, "started_at")?;
    let mut discount = Discount::new(coupons::read(row)?).start(start);
    discount.end = column::<Option<At>>(row, "ends_at")?.map(|At(moment)| moment);
    Ok(discount)
}
