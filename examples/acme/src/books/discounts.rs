use churnkey::model::Discount;
use churnkey::{CouponId, CustomerId, Result, SubscriptionId, Timestamp};
use rusqlite::{Row, ToSql};

use super::columns::{At, column};
use super::{Books, coupons};
use crate::billing::Grant;

impl Books<'_> {
    /// The current discounts on everything that a customer buys.
    pub fn discounts_of_customer(&self, customer: &CustomerId) -> Result<Vec<Discount>> {
        let grants = self.grants_of_customer(customer)?.into_iter();
        let current = grants.filter(|grant| grant.is_current(self.now));
        let discounts = current.map(|grant| {
            let mut discount = Discount::new(grant.coupon).start(grant.start);
            discount.end = grant.end;
            discount
        });
        Ok(discounts.collect())
    }

    /// The discounts on everything that a customer buys, also those that have ended. They last for
    /// a span of time: one that counts charges belongs to one subscription.
    pub(super) fn grants_of_customer(&self, customer: &CustomerId) -> Result<Vec<Grant>> {
        self.all(
            "SELECT coupons.*, started_at, NULL AS charges_left, ends_at, NULL AS last_charge_at
             FROM customer_discounts
             JOIN coupons ON coupons.mode = customer_discounts.mode AND coupons.id = coupon_id
             WHERE customer_discounts.mode = :mode AND customer_id = :customer
             ORDER BY started_at, coupon_id",
            &[(":customer", &customer.as_str())],
            read,
        )
    }

    /// The discounts of a subscription, also those that have ended.
    pub(super) fn discounts_of_subscription(
        &self,
        subscription: &SubscriptionId,
    ) -> Result<Vec<Grant>> {
        self.all(
            "SELECT coupons.*, started_at, charges_left, ends_at, last_charge_at
             FROM subscription_discounts
             JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
             WHERE subscription_discounts.mode = :mode AND subscription_id = :subscription
             ORDER BY started_at, coupon_id",
            &[(":subscription", &subscription.as_str())],
            read,
        )
    }

    pub(super) fn save_discount(&self, subscription: &SubscriptionId, grant: &Grant) -> Result<()> {
        let params: &[(&str, &dyn ToSql)] = &[
            (":subscription", &subscription.as_str()),
            (":coupon", &grant.coupon.id.as_str()),
            (":start", &At(grant.start)),
            (":charges_left", &grant.charges_left),
            (":end", &grant.end.map(At)),
            (":last_charge", &grant.last_charge.map(At)),
        ];
        self.execute(
            "INSERT INTO subscription_discounts (
                 mode, subscription_id, coupon_id, started_at, charges_left, ends_at, last_charge_at
             ) VALUES (:mode, :subscription, :coupon, :start, :charges_left, :end, :last_charge)
             ON CONFLICT DO UPDATE SET charges_left = excluded.charges_left,
                 ends_at = excluded.ends_at, last_charge_at = excluded.last_charge_at",
            params,
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

fn read(row: &Row<'_>) -> Result<Grant> {
    let At(start) = column(row, "started_at")?;
    let moment = |name| -> Result<Option<Timestamp>> {
        Ok(column::<Option<At>>(row, name)?.map(|At(moment)| moment))
    };
    Ok(Grant {
        coupon: coupons::read(row)?,
        start,
        charges_left: column(row, "charges_left")?,
        end: moment("ends_at")?,
        last_charge: moment("last_charge_at")?,
    })
}
