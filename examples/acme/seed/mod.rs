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

use crate::acme::billing::Subscription;

/// All that stands in the books of one mode on the first day.
pub(crate) struct Seed {
    pub(crate) catalog: Catalog,
    pub(crate) sign_ups: Vec<SignUp>,
}

pub(crate) struct Catalog {
    pub(crate) families: Vec<ProductFamily>,
    pub(crate) products: Vec<(FamilyId, Product)>,
    pub(crate) prices: Vec<(ProductId, Price)>,
    pub(crate) coupons: Vec<Coupon>,
}

/// A customer, and what came with that one.
pub(crate) struct SignUp {
    pub(crate) customer: Customer,
    pub(crate) created: Timestamp,
    pub(crate) discount: Option<Granted>,
    pub(crate) subscriptions: Vec<(Subscription, Option<Granted>)>,
}

/// A discount that somebody has, which counts as a redemption of its coupon.
pub(crate) struct Granted {
    pub(crate) coupon: CouponId,
    pub(crate) start: Timestamp,
    /// Exclusive; `None` is never.
    pub(crate) end: Option<Timestamp>,
}

impl Seed {
    pub(crate) fn of(mode: Mode, now: Timestamp) -> Result<Self> {
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
