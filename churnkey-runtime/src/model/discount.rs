use serde::{Deserialize, Serialize};

use super::coupon::Coupon;
use super::into_option::IntoOption;
use super::timestamp::Timestamp;
use crate::validate::{Validate, Violations};

/// A coupon that was given to a customer or a subscription. Protocol: **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Discount {
    /// The whole coupon.
    pub coupon: Coupon,
    /// The start of the discount, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// The end of the discount, exclusive; no known end if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}

impl Discount {
    /// A discount whose dates are not known.
    pub fn new(coupon: Coupon) -> Self {
        Self {
            coupon,
            start: None,
            end: None,
        }
    }

    /// Sets the start of the discount, inclusive.
    pub fn start<K>(mut self, start: impl IntoOption<Timestamp, K>) -> Self {
        self.start = start.into_option();
        self
    }

    /// Sets the end of the discount, exclusive.
    pub fn end<K>(mut self, end: impl IntoOption<Timestamp, K>) -> Self {
        self.end = end.into_option();
        self
    }
}

impl From<Coupon> for Discount {
    fn from(coupon: Coupon) -> Self {
        Self::new(coupon)
    }
}

impl Validate for Discount {
    const MODEL: &'static str = "discount";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.model("coupon", &self.coupon);
        violations.require_order(self.start, self.end);
    }
}
