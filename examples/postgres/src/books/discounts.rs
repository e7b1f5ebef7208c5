use std::collections::HashMap;

use churnkey::{CouponId, CustomerId, Result, SubscriptionId, Timestamp};
use tokio_postgres::Row;

use super::columns::{at, at_if, column, moment, moment_if, number};
use super::{Books, coupons};
use crate::billing::Grant;

impl Books<'_> {
    /// For each of several customers, the discounts on everything that the customer buys, also
    /// those that have ended. They last for a span of time: one that counts charges belongs to one
    /// subscription.
    pub(super) async fn grants_of_customers(
        &self,
        customers: &[String],
    ) -> Result<HashMap<String, Vec<Grant>>> {
        self.grants(
            "SELECT customer_id AS owner, coupons.*, started_at, NULL::bigint AS charges_left,
                 ends_at, NULL::timestamptz AS last_charge_at
             FROM customer_discounts
             JOIN coupons ON coupons.mode = customer_discounts.mode AND coupons.id = coupon_id
             WHERE customer_discounts.mode = $1 AND customer_id = ANY ($2)
             ORDER BY started_at, coupon_id",
            customers,
        )
        .await
    }

    /// The discounts on each of several subscriptions, also those that have ended.
    pub(super) async fn grants_of_subscriptions(
        &self,
        subscriptions: &[String],
    ) -> Result<HashMap<String, Vec<Grant>>> {
        self.grants(
            "SELECT subscription_id AS owner, coupons.*, started_at, charges_left, ends_at,
                 last_charge_at
             FROM subscription_discounts
             JOIN coupons ON coupons.mode = subscription_discounts.mode AND coupons.id = coupon_id
             WHERE subscription_discounts.mode = $1 AND subscription_id = ANY ($2)
             ORDER BY started_at, coupon_id",
            subscriptions,
        )
        .await
    }

    pub(super) async fn save_discount(
        &self,
        subscription: &SubscriptionId,
        grant: &Grant,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO subscription_discounts (
                 mode, subscription_id, coupon_id, started_at, charges_left, ends_at, last_charge_at
             ) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (mode, subscription_id, coupon_id) DO UPDATE SET
                 charges_left = excluded.charges_left, ends_at = excluded.ends_at,
                 last_charge_at = excluded.last_charge_at",
            &[
                &subscription.as_str(),
                &grant.coupon.id.as_str(),
                &at(grant.start)?,
                &grant.charges_left.map(i64::from),
                &at_if(grant.end)?,
                &at_if(grant.last_charge)?,
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

    async fn grants(&self, sql: &str, owners: &[String]) -> Result<HashMap<String, Vec<Grant>>> {
        let mut grants: HashMap<String, Vec<Grant>> = HashMap::new();
        for row in self.all(sql, &[&owners]).await? {
            grants
                .entry(column(&row, "owner")?)
                .or_default()
                .push(read(&row)?);
        }
        Ok(grants)
    }
}

fn read(row: &Row) -> Result<Grant> {
    let charges_left = match column::<Option<i64>>(row, "charges_left")? {
        Some(_) => Some(number(row, "charges_left")?),
        None => None,
    };
    Ok(Grant {
        coupon: coupons::read(row)?,
        start: moment(row, "started_at")?,
        charges_left,
        end: moment_if(row, "ends_at")?,
        last_charge: moment_if(row, "last_charge_at")?,
    })
}
