use std::collections::HashMap;

use churnkey::model::Discount;
use churnkey::{CouponId, CustomerId, Result, SubscriptionId, Timestamp};
use tokio_postgres::Row;

use super::columns::{at, at_if, column, moment, moment_if};
use super::{Books, coupons};

impl Books<'_> {
    /// For each of several customers, the current discounts on everything that the customer buys.
    pub(super) async fn discounts_of_customers(
        &self,
        customers: &[String],
    ) -> Result<HashMap<String, Vec<Discount>>> {
        self.current_discounts(
            "SELECT customer_id AS owner, coupons.*, started_at, ends_at
             FROM customer_discounts
             JOIN coupons ON coupons.mode = customer_discounts.mode AND coupons.id = coupon_id
             WHERE customer_discounts.mode = $1 AND customer_id = ANY ($2)
                 AND (ends_at IS NULL OR ends_at > $3)
             ORDER BY started_at, coupon_id",
            customers,
        )
        .await
    }

    /// The current discounts on each of several subscriptions.
    pub async fn discounts_of_subscriptions(
        &self,
        subscriptions: &[String],
    ) -> Result<HashMap<String, Vec<Discount>>> {
        self.current_discounts(
            "SELECT subscription_id AS owner, coupons.*, started_at, ends_at
             FROM subscription_discounts
             JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
             WHERE subscription_discounts.mode = $1 AND subscription_id = ANY ($2)
                 AND (ends_at IS NULL OR ends_at > $3)
             ORDER BY started_at, coupon_id",
            subscriptions,
        )
        .await
    }

    /// The discount that a subscription got from a coupon, even if the discount has ended.
    pub async fn discount_by_coupon(
        &self,
        subscription: &SubscriptionId,
        coupon: &CouponId,
    ) -> Result<Option<Discount>> {
        let sql = "SELECT coupons.*, started_at, ends_at
             FROM subscription_discounts
             JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
             WHERE subscription_discounts.mode = $1 AND subscription_id = $2 AND coupon_id = $3";
        let row = self
            .one(sql, &[&subscription.as_str(), &coupon.as_str()])
            .await?;
        row.as_ref().map(read).transpose()
    }

    pub async fn add_subscription_discount(
        &self,
        subscription: &SubscriptionId,
        coupon: &CouponId,
        start: Timestamp,
        end: Option<Timestamp>,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO subscription_discounts (mode, subscription_id, coupon_id, started_at, ends_at)
             VALUES ($1, $2, $3, $4, $5)",
            &[
                &subscription.as_str(),
                &coupon.as_str(),
                &at(start)?,
                &at_if(end)?,
            ],
        )
        .await
    }

    pub async fn add_customer_discount(
        &self,
        customer: &CustomerId,
        coupon: &CouponId,
        start: Timestamp,
        end: Option<Timestamp>,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO customer_discounts (mode, customer_id, coupon_id, started_at, ends_at)
             VALUES ($1, $2, $3, $4, $5)",
            &[
                &customer.as_str(),
                &coupon.as_str(),
                &at(start)?,
                &at_if(end)?,
            ],
        )
        .await
    }

    async fn current_discounts(
        &self,
        sql: &str,
        owners: &[String],
    ) -> Result<HashMap<String, Vec<Discount>>> {
        let mut discounts: HashMap<String, Vec<Discount>> = HashMap::new();
        for row in self.all(sql, &[&owners, &at(self.now)?]).await? {
            discounts
                .entry(column(&row, "owner")?)
                .or_default()
                .push(read(&row)?);
        }
        Ok(discounts)
    }
}

fn read(row: &Row) -> Result<Discount> {
    let mut discount = Discount::new(coupons::read(row)?).start(moment(row, "started_at")?);
    discount.end = moment_if(row, "ends_at")?;
    Ok(discount)
}
