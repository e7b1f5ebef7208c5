use std::fmt;

use serde::{Deserialize, Serialize};

use super::amount::FixedAmount;
use super::billing_cycle::CycleUnit;
use super::count::Count;
use super::currency::Currency;
use super::id::CouponId;
use super::into_option::IntoOption;
use super::percent::Percent;
use super::text::Text;
use super::timestamp::Timestamp;
use crate::redact::Redacted;
use crate::validate::{Validate, Violations};

/// A rebate that can be given to customers and subscriptions. Protocol: **doc**.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Coupon {
    /// The coupon's id in the billing system.
    pub id: CouponId,
    /// The time for which the rebate lasts once it is given.
    pub duration: CouponDuration,
    /// The rebate.
    pub value: CouponValue,
    /// The code that customers enter. Recommended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// The name; without one, Churnkey shows the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The number of redemptions, and its limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redemptions: Option<Redemptions>,
    /// The moment from which the coupon can no longer be redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl Coupon {
    /// A coupon without a code.
    pub fn new(
        id: impl Into<CouponId>,
        duration: CouponDuration,
        value: impl Into<CouponValue>,
    ) -> Self {
        Self {
            id: id.into(),
            duration,
            value: value.into(),
            code: None,
            name: None,
            redemptions: None,
            expires_at: None,
        }
    }

    /// Sets the code that customers enter.
    pub fn code<K>(mut self, code: impl IntoOption<Text, K>) -> Self {
        self.code = code.into_option();
        self
    }

    /// Sets the name.
    pub fn name<K>(mut self, name: impl IntoOption<Text, K>) -> Self {
        self.name = name.into_option();
        self
    }

    /// Sets the number of redemptions and its limit.
    pub fn redemptions<K>(mut self, redemptions: impl IntoOption<Redemptions, K>) -> Self {
        self.redemptions = redemptions.into_option();
        self
    }

    /// Sets the moment from which the coupon can no longer be redeemed.
    pub fn expires_at<K>(mut self, expires_at: impl IntoOption<Timestamp, K>) -> Self {
        self.expires_at = expires_at.into_option();
        self
    }
}

impl fmt::Debug for Coupon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coupon")
            .field("id", &self.id)
            .field("duration", &self.duration)
            .field("value", &self.value)
            .field("code", &Redacted::option(&self.code))
            .field("name", &Redacted::option(&self.name))
            .field("redemptions", &self.redemptions)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl Validate for Coupon {
    const MODEL: &'static str = "coupon";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("id").require_text(&self.id);
        violations.model("duration", &self.duration);
        if let CouponValue::Fixed(amount) = &self.value {
            violations.model("value", amount);
        }
        if let Some(redemptions) = &self.redemptions {
            violations.model("redemptions", redemptions);
        }
    }
}

/// The time for which a coupon's rebate lasts once it is given. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CouponDuration {
    /// For a single charge.
    Once,
    /// For a span of time.
    Recurring {
        /// The number of units, at least 1.
        #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
        amount: u32,
        /// The unit that is counted.
        unit: CycleUnit,
    },
    /// For as long as the subscription lives.
    Forever,
    /// For a number of billing cycles.
    CycleAmount {
        /// The number of cycles, at least 1.
        #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
        cycles: u32,
    },
}

impl Validate for CouponDuration {
    const MODEL: &'static str = "coupon duration";

    fn check(&self, violations: &mut Violations<'_>) {
        match *self {
            Self::Once | Self::Forever => {}
            Self::Recurring { amount, .. } => violations.field("amount").require_positive(amount),
            Self::CycleAmount { cycles } => violations.field("cycles").require_positive(cycles),
        }
    }
}

/// The rebate of a coupon. Protocol: **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CouponValue {
    /// A sum of money, for each unit, once, or both.
    Fixed(FixedAmount),
    /// A share of the charge.
    Percentage(PercentageValue),
}

impl From<FixedAmount> for CouponValue {
    fn from(amount: FixedAmount) -> Self {
        Self::Fixed(amount)
    }
}

impl From<PercentageValue> for CouponValue {
    fn from(value: PercentageValue) -> Self {
        Self::Percentage(value)
    }
}

impl From<Percent> for CouponValue {
    fn from(percent: Percent) -> Self {
        PercentageValue::new(percent).into()
    }
}

/// A share of the charge. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PercentageValue {
    /// The share.
    pub percent: Percent,
    /// The only currency of the coupon; absent if it applies to all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

impl PercentageValue {
    /// A share of a charge in any currency.
    pub fn new(percent: Percent) -> Self {
        Self {
            percent,
            currency: None,
        }
    }

    /// Sets the only currency of the coupon.
    pub fn currency<K>(mut self, currency: impl IntoOption<Currency, K>) -> Self {
        self.currency = currency.into_option();
        self
    }
}

/// The number of redemptions of a coupon, and its limit. Protocol: **doc**.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Redemptions {
    /// The maximum number of redemptions; no limit if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(range(max = 9_007_199_254_740_991_u64)))]
    pub max: Option<u64>,
    /// The redemptions up to now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(range(max = 9_007_199_254_740_991_u64)))]
    pub current: Option<u64>,
}

impl Redemptions {
    /// No limit, and no count.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of redemptions.
    pub fn max<K>(mut self, max: impl IntoOption<Count, K>) -> Self {
        self.max = max.into_option().map(Count::get);
        self
    }

    /// Sets the number of redemptions up to now.
    pub fn current<K>(mut self, current: impl IntoOption<Count, K>) -> Self {
        self.current = current.into_option().map(Count::get);
        self
    }
}

impl Validate for Redemptions {
    const MODEL: &'static str = "redemptions";

    fn check(&self, violations: &mut Violations<'_>) {
        for (name, number) in [("max", self.max), ("current", self.current)] {
            if let Some(number) = number {
                Count::check(number, &mut violations.field(name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With serde_json's feature `arbitrary_precision` too: `.ci/run` switches it on.
    #[test]
    fn a_percent_in_a_coupon_may_have_a_fraction() {
        for (json, percent) in [
            (r#"{"type":"percentage","percent":12.5}"#, 12.5),
            (r#"{"type":"percentage","percent":25}"#, 25.0),
            (r#"{"type":"percentage","percent":1e1}"#, 10.0),
        ] {
            let value: CouponValue = serde_json::from_str(json).unwrap();
            let expected = PercentageValue::new(Percent::new(percent).unwrap());
            assert_eq!(value, CouponValue::Percentage(expected), "{json}");
        }
    }
}
