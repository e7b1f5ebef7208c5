//! The initial data of the company: a catalog, and customers in every situation. The data is always
//! the same, except that dates are relative to the day on which the database is created.

mod catalog;
mod customers;
mod people;
mod random;

use churnkey::{
    Coupon, CouponId, Customer, Error, FamilyId, Mode, Price, PriceId, Product, ProductFamily,
    ProductId, Result, Timestamp,
};

use crate::billing::{Grant, Subscription};

/// The initial data of one mode.
pub struct Seed {
    pub catalog: Catalog,
    pub sign_ups: Vec<SignUp>,
}

pub struct Catalog {
    pub families: Vec<ProductFamily>,
    pub products: Vec<(FamilyId, Product)>,
    pub prices: Vec<(ProductId, Price)>,
    pub coupons: Vec<Coupon>,
}

/// A customer with the initial discount and subscriptions. Each discount counts as a redemption of
/// its coupon.
pub struct SignUp {
    pub customer: Customer,
    pub created: Timestamp,
    pub discount: Option<Grant>,
    pub subscriptions: Vec<Subscription>,
}

impl Seed {
    pub fn of(mode: Mode, now: Timestamp) -> Result<Self> {
        let catalog = catalog::catalog(now)?;
        let sign_ups = customers::customers(mode, &catalog, now)?;
        Ok(Self { catalog, sign_ups })
    }
}

impl Catalog {
    /// A discount that was given at `start`.
    fn grant(&self, coupon: &CouponId, start: Timestamp) -> Result<Grant> {
        let mut coupons = self.coupons.iter();
        let coupon = coupons.find(|one| one.id == *coupon).cloned();
        let coupon = coupon.ok_or_else(|| Error::internal("the catalog has no such coupon"))?;
        Grant::new(coupon, start)
    }

    fn price(&self, id: &PriceId) -> Option<Price> {
        let mut prices = self.prices.iter().map(|(_, price)| price);
        prices.find(|price| price.id == *id).cloned()
    }
}

/// The time a number of days after another time, or before it if `days` is negative.
fn days(from: Timestamp, days: i64) -> Result<Timestamp> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    Timestamp::from_unix_millis(from.unix_millis() + days * DAY)
        .ok_or_else(|| Error::internal("the clock is outside the supported range"))
}
