use serde::{Deserialize, Serialize};

use super::count::Count;
use crate::validate::{Validate, Violations};

/// The interval at which a price or a subscription is charged: every `amount` months or years.
/// Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BillingCycle {
    /// The number of units of one cycle, at least 1.
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub amount: u32,
    /// The unit that is counted.
    pub unit: CycleUnit,
}

impl BillingCycle {
    /// Every `amount` units. An amount that is negative or too large becomes 0, which checking the
    /// model reports.
    pub fn every(amount: impl Into<Count>, unit: CycleUnit) -> Self {
        Self {
            amount: amount.into().to_u32(),
            unit,
        }
    }

    /// Every month.
    pub fn monthly() -> Self {
        Self::every(1, CycleUnit::Month)
    }

    /// Every year.
    pub fn yearly() -> Self {
        Self::every(1, CycleUnit::Year)
    }

    /// `true` if a cycle lasts a year or longer.
    ///
    /// Twelve months count too, because the customer has paid for a year in advance in both cases,
    /// and the rule for annual pauses exists for that reason.
    pub fn is_annual(self) -> bool {
        match self.unit {
            CycleUnit::Month => self.amount >= 12,
            CycleUnit::Year => true,
        }
    }
}

impl Validate for BillingCycle {
    const MODEL: &'static str = "billing cycle";

    fn check(&self, violations: &mut Violations<'_>) {
        violations.field("amount").require_positive(self.amount);
    }
}

/// The unit of a billing cycle; the protocol has nothing finer. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CycleUnit {
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_is_annual_from_twelve_months_on() {
        let cycles = [
            (BillingCycle::monthly(), false),
            (BillingCycle::every(11, CycleUnit::Month), false),
            (BillingCycle::every(12, CycleUnit::Month), true),
            (BillingCycle::every(24, CycleUnit::Month), true),
            (BillingCycle::yearly(), true),
            (BillingCycle::every(3, CycleUnit::Year), true),
        ];
        for (cycle, annual) in cycles {
            assert_eq!(cycle.is_annual(), annual, "{cycle:?}");
        }
    }
}
