//! What the company begins with: a catalog and customers in every situation. They are the same each
//! time, except that their dates lie around the day on which the books are opened.

mod catalog;
mod customers;
mod people;
mod random;

use churnkey::{
    Coupon, CouponId, Customer, Error, FamilyId, Mode, Price, PriceId, Product, ProductFamily,
    ProductId, Result, Timestamp,
};

use crate::billing::Subscription;

/// All that stands in the books of one mode on the first day.
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

/// A customer, and what came with that one.
pub struct SignUp {
    pub customer: Customer,
    pub created: Timestamp,
    pub discount: Option<Granted>,
    pub subscriptions: Vec<(Subscription, Option<Granted>)>,
}

/// A discount that somebody has, which counts as a redemption of its coupon.
pub struct Granted {
    pub coupon: CouponId,
    pub start: Timestamp,
    /// Exclusive; `None` is never.
    pub end: Option<Timestamp>,
}

impl Seed {
    pub fn of(mode: Mode, now: Timestamp) -> Result<Self> {
        let catalog = catalog::catalog(now)?;
        let sign_ups = customers::customers(mode, &catalog, now)?;
        Ok(Self { catalog, sign_ups })
    }
}

impl Catalog {
    fn price(&self, id: &PriceId) -> Option<Price> {
        let mut prices = self.prices.iter().map(|(_, price)| price);
        prices.find(|price| price.id == *id).cloned()
    }
}

/// So many days from a moment, or before it if negative.
fn days(from: Timestamp, days: i64) -> Result<Timestamp> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    Timestamp::from_unix_millis(from.unix_millis() + days * DAY)
        .ok_or_else(|| Error::internal("the clock is far off"))
}
