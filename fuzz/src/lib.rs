//! Shared code of the fuzz targets: a provider that records its calls, a client for its router, and
//! parsers of the protocol that are independent of the crate.

pub mod bodies;
pub mod build;
pub mod client;
pub mod provider;
pub mod reference;

use serde_json::Value;
use test_support::conformance::checker;

/// A kind of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Customer,
    Price,
    Subscription,
    Coupon,
    Product,
    Family,
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::Customer,
        Self::Price,
        Self::Subscription,
        Self::Coupon,
        Self::Product,
        Self::Family,
    ];
}

/// Panics with all violations if a document does not conform to the protocol. `types` are those of
/// prices and products.
pub fn check(kind: Kind, document: &Value, types: (&str, &str)) {
    let kind = match kind {
        Kind::Customer => checker::Kind::Customer,
        Kind::Price => checker::Kind::Price,
        Kind::Subscription => checker::Kind::Subscription,
        Kind::Coupon => checker::Kind::Coupon,
        Kind::Product => checker::Kind::Product,
        Kind::Family => checker::Kind::Family,
    };
    checker::check(kind, document, types);
}
