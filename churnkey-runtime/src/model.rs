//! The data that a provider sends to Churnkey.
//!
//! Every model has a constructor for its required fields and setters for the optional ones, and
//! serializes to the protocol's camelCase JSON. An optional field that is not set is left out. In
//! input, `null` means the same as absent, and unknown fields are ignored.
//!
//! `Debug` hides personal data, so that a model can be logged: names, descriptions, codes, e-mail
//! addresses, phone numbers, addresses, metadata and customer ids appear as `[redacted]`, and an
//! optional one that is not set as `None`. Amounts, dates, statuses and all other ids are shown.
//! Fields are public: print a field to see its value. In a test, compare the results of
//! `serde_json::to_value` to see a difference between two models.
//!
//! Types exclude most invalid values. [`Validate`](crate::validate::Validate) checks the remaining
//! rules before a model is sent.

pub(crate) mod address;
pub(crate) mod amount;
pub(crate) mod billing_cycle;
pub(crate) mod count;
pub(crate) mod coupon;
pub(crate) mod currency;
pub(crate) mod customer;
pub(crate) mod discount;
pub(crate) mod duration;
pub(crate) mod family;
pub(crate) mod id;
pub(crate) mod into_option;
pub(crate) mod metadata;
pub(crate) mod minor_units;
pub(crate) mod percent;
pub(crate) mod price;
pub(crate) mod product;
pub(crate) mod subscription;
pub(crate) mod text;
pub(crate) mod time_unit;
pub(crate) mod timestamp;
mod wire;

pub use address::Address;
pub use amount::{Amount, FixedAmount, Tier, TierMode, TieredAmount};
pub use billing_cycle::{BillingCycle, CycleUnit};
pub use count::Count;
pub use coupon::{Coupon, CouponDuration, CouponValue, PercentageValue, Redemptions};
pub use currency::{Currency, UnknownCurrency};
pub use customer::Customer;
pub use discount::Discount;
pub use duration::{InvalidDuration, OfferDuration};
pub use family::ProductFamily;
pub use id::{
    CouponId, CustomerId, Email, FamilyId, InvalidId, Phone, PriceId, ProductId, SubscriptionId,
    SubscriptionItemId,
};
pub use into_option::IntoOption;
pub use metadata::Metadata;
pub use minor_units::decimal::{FromMinorUnits, ToMinorUnits};
pub use minor_units::{InvalidAmount, MinorUnits};
pub use percent::{InvalidPercent, Percent};
pub use price::{Price, PriceType};
pub use product::{Product, ProductType};
pub use subscription::{
    PausePeriod, Subscription, SubscriptionItem, SubscriptionPeriod, SubscriptionStatus,
};
pub use text::Text;
pub use time_unit::TimeUnit;
pub use timestamp::{InvalidTimestamp, Timestamp};
