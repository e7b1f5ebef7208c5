use churnkey::Result;

use super::Books;
use crate::seed::Seed;

impl Books<'_> {
    /// Fills the tables if they are empty.
    pub fn seed(&self) -> Result<()> {
        if self.has_customers()? {
            return Ok(());
        }
        let Seed { catalog, sign_ups } = Seed::of(self.mode, self.now)?;
        for family in &catalog.families {
            self.add_family(family)?;
        }
        for (family, product) in &catalog.products {
            self.add_product(product, family)?;
        }
        for (product, price) in &catalog.prices {
            self.add_price(price, product)?;
        }
        for coupon in &catalog.coupons {
            self.add_coupon(coupon)?;
        }
        for sign_up in &sign_ups {
            let customer = &sign_up.customer.id;
            self.add_customer(&sign_up.customer, sign_up.created)?;
            if let Some(discount) = &sign_up.discount {
                self.add_customer_discount(
                    customer,
                    &discount.coupon.id,
                    discount.start,
                    discount.end,
                )?;
                self.count_redemption(&discount.coupon.id)?;
            }
            for subscription in &sign_up.subscriptions {
                self.add_subscription(subscription)?;
                for grant in &subscription.discounts {
                    self.count_redemption(&grant.coupon.id)?;
                }
            }
        }
        Ok(())
    }
}
