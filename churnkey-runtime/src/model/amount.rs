use serde::{Deserialize, Serialize};

use super::count::Count;
use super::currency::Currency;
use super::into_option::IntoOption;
use super::minor_units::MinorUnits;
use crate::validate::{Validate, Violations};

/// The rule by which a price turns a quantity into a charge. Protocol: **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "model", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Amount {
    /// The same price for every unit.
    Fixed(FixedAmount),
    /// A price per unit that depends on how many there are.
    Tiered(TieredAmount),
}

impl Amount {
    /// A price per unit and nothing else, in minor units.
    pub fn fixed(currency: Currency, unit: impl Into<MinorUnits>) -> Self {
        FixedAmount::new(currency).unit(unit).into()
    }

    /// A price in tiers. They ascend, and the last one is [`Tier::rest`].
    pub fn tiered(
        currency: Currency,
        mode: TierMode,
        tiers: impl IntoIterator<Item = Tier>,
    ) -> Self {
        TieredAmount::new(currency, mode, tiers).into()
    }

    /// The currency of every sum in this amount.
    pub fn currency(&self) -> Currency {
        match self {
            Self::Fixed(amount) => amount.currency,
            Self::Tiered(amount) => amount.currency,
        }
    }

    /// The charge of one billing cycle at this quantity.
    ///
    /// The protocol names the parts and not the sum, so the formulae are **assumed**:
    ///
    /// - fixed: `flat + unit * quantity`;
    /// - graduated: each unit at the price of its own tier, and the `flat` of every tier that is
    ///   reached, the first one even by a quantity of 0;
    /// - total: `flat + unit * quantity` of the one tier that holds the whole quantity.
    ///
    /// A tier's `upTo` is inclusive. An absent `unit` or `flat` counts as 0.
    ///
    /// `None` means that the sum does not fit into [`MinorUnits`], or that the tiers do not cover
    /// the quantity. In an amount that passes validation they always do.
    pub fn charge(&self, quantity: u64) -> Option<MinorUnits> {
        match self {
            Self::Fixed(amount) => {
                MinorUnits::from_sum(linear(amount.unit, amount.flat, quantity)?)
            }
            Self::Tiered(amount) => match amount.mode {
                TierMode::Graduated => graduated_charge(&amount.tiers, quantity),
                TierMode::Total => total_charge(&amount.tiers, quantity),
            },
        }
    }
}

fn graduated_charge(tiers: &[Tier], quantity: u64) -> Option<MinorUnits> {
    let mut sum = 0_i128;
    let mut below = 0;
    for tier in tiers {
        let reached = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity));
        let in_tier = reached.checked_sub(below)?;
        sum = sum.checked_add(linear(tier.unit, tier.flat, in_tier)?)?;
        if reached == quantity {
            return MinorUnits::from_sum(sum);
        }
        below = reached;
    }
    None
}

fn total_charge(tiers: &[Tier], quantity: u64) -> Option<MinorUnits> {
    let tier = tiers
        .iter()
        .find(|tier| tier.up_to.is_none_or(|up_to| quantity <= up_to))?;
    MinorUnits::from_sum(linear(tier.unit, tier.flat, quantity)?)
}

/// Computes in `i128`, so that only a sum that is itself too large overflows, and no intermediate
/// result.
fn linear(unit: Option<MinorUnits>, flat: Option<MinorUnits>, quantity: u64) -> Option<i128> {
    let unit = i128::from(unit.unwrap_or_default().get());
    let flat = i128::from(flat.unwrap_or_default().get());
    unit.checked_mul(quantity.into())?.checked_add(flat)
}

impl From<FixedAmount> for Amount {
    fn from(amount: FixedAmount) -> Self {
        Self::Fixed(amount)
    }
}

impl From<TieredAmount> for Amount {
    fn from(amount: TieredAmount) -> Self {
        Self::Tiered(amount)
    }
}

impl Validate for Amount {
    const MODEL: &'static str = "amount";

    fn check(&self, violations: &mut Violations<'_>) {
        match self {
            Self::Fixed(amount) => amount.check(violations),
            Self::Tiered(amount) => amount.check(violations),
        }
    }
}

/// A price per unit and a flat price, both optional. Protocol: **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FixedAmount {
    /// The currency of both sums.
    pub currency: Currency,
    /// The charge of each unit, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(extend("minimum" = 0)))]
    pub unit: Option<MinorUnits>,
    /// The charge that is added once, whatever the quantity, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(extend("minimum" = 0)))]
    pub flat: Option<MinorUnits>,
}

impl FixedAmount {
    /// An amount of zero, until [`unit`](Self::unit) or [`flat`](Self::flat) is set.
    pub fn new(currency: Currency) -> Self {
        Self {
            currency,
            unit: None,
            flat: None,
        }
    }

    /// Sets the charge of each unit, in minor units.
    pub fn unit<K>(mut self, unit: impl IntoOption<MinorUnits, K>) -> Self {
        self.unit = unit.into_option();
        self
    }

    /// Sets the charge that is added once, in minor units.
    pub fn flat<K>(mut self, flat: impl IntoOption<MinorUnits, K>) -> Self {
        self.flat = flat.into_option();
        self
    }
}

impl Validate for FixedAmount {
    const MODEL: &'static str = "amount";

    fn check(&self, violations: &mut Violations<'_>) {
        check_sums(self.unit, self.flat, violations);
    }
}

/// A price is not below zero (**assumed**).
fn check_sums(unit: Option<MinorUnits>, flat: Option<MinorUnits>, violations: &mut Violations<'_>) {
    for (name, sum) in [("unit", unit), ("flat", flat)] {
        violations
            .field(name)
            .require(sum.is_none_or(|sum| sum.get() >= 0), "must not be negative");
    }
}

/// A price in tiers. Protocol: **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TieredAmount {
    /// The currency of every tier.
    pub currency: Currency,
    /// The way in which the tiers share the quantity.
    pub mode: TierMode,
    /// The tiers, ascending; only the last one has no upper end.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1), extend("contains" = {"not": {"required": ["upTo"]}}, "maxContains" = 1)))]
    pub tiers: Vec<Tier>,
}

impl TieredAmount {
    /// A price in tiers. They ascend, and the last one is [`Tier::rest`].
    pub fn new(currency: Currency, mode: TierMode, tiers: impl IntoIterator<Item = Tier>) -> Self {
        Self {
            currency,
            mode,
            tiers: tiers.into_iter().collect(),
        }
    }
}

impl Validate for TieredAmount {
    const MODEL: &'static str = "amount";

    fn check(&self, violations: &mut Violations<'_>) {
        let mut tiers = violations.field("tiers");
        tiers.require(!self.tiers.is_empty(), "must not be empty");

        let last = self.tiers.len().saturating_sub(1);
        let mut below = None;
        for (index, tier) in self.tiers.iter().enumerate() {
            let mut tier_faults = tiers.index(index);
            let mut up_to = tier_faults.field("upTo");
            match tier.up_to {
                Some(_) if index == last => up_to.add("must be absent from the last tier"),
                None if index == last => {}
                None => up_to.add("must be set on every tier but the last"),
                Some(0) if index == 0 => up_to.add("must be above 0"),
                Some(end) => {
                    up_to.require(
                        below.is_none_or(|below| end > below),
                        "must be above the previous tier",
                    );
                    Count::check(end, &mut up_to);
                }
            }
            check_sums(tier.unit, tier.flat, &mut tier_faults);
            below = tier.up_to.or(below);
        }
    }
}

/// The way in which tiers share the quantity. Protocol: **doc**; the exact reading is **assumed**,
/// see [`Amount::charge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "openapi",
    schemars(
        description = "The way in which tiers share the quantity. Protocol: **doc**; the exact \
                       reading is **assumed**."
    )
)]
#[non_exhaustive]
pub enum TierMode {
    /// Each unit is priced in its own tier.
    Graduated,
    /// All units are priced in the tier that holds the whole quantity; elsewhere known as volume
    /// pricing.
    Total,
}

/// A range of quantities with a price of its own. It begins above the tier before it. Protocol:
/// **doc**.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Tier {
    /// The charge of each unit in the tier, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(extend("minimum" = 0)))]
    pub unit: Option<MinorUnits>,
    /// The charge that the tier adds once, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schemars(extend("minimum" = 0)))]
    pub flat: Option<MinorUnits>,
    /// The last quantity of the tier, inclusive; only the last tier has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "openapi",
        schemars(range(min = 1, max = 9_007_199_254_740_991_u64))
    )]
    pub up_to: Option<u64>,
}

impl Tier {
    /// A tier that ends with this quantity, inclusive.
    pub fn up_to(quantity: impl Into<Count>) -> Self {
        Self {
            up_to: Some(quantity.into().get()),
            ..Self::rest()
        }
    }

    /// The last tier, which has no end.
    pub fn rest() -> Self {
        Self {
            unit: None,
            flat: None,
            up_to: None,
        }
    }

    /// Sets the charge of each unit in the tier, in minor units.
    pub fn unit<K>(mut self, unit: impl IntoOption<MinorUnits, K>) -> Self {
        self.unit = unit.into_option();
        self
    }

    /// Sets the charge that the tier adds once, in minor units.
    pub fn flat<K>(mut self, flat: impl IntoOption<MinorUnits, K>) -> Self {
        self.flat = flat.into_option();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiered(mode: TierMode) -> Amount {
        Amount::tiered(
            Currency::USD,
            mode,
            [
                Tier::up_to(10).unit(100).flat(5),
                Tier::up_to(20).unit(80).flat(7),
                Tier::rest().unit(50),
            ],
        )
    }

    fn charges(amount: &Amount, quantities: &[u64]) -> Vec<Option<i64>> {
        quantities
            .iter()
            .map(|&quantity| amount.charge(quantity).map(MinorUnits::get))
            .collect()
    }

    #[test]
    fn a_fixed_amount_charges_flat_and_unit_times_quantity() {
        let both = FixedAmount::new(Currency::USD).unit(1900).flat(500).into();
        assert_eq!(
            charges(&both, &[0, 1, 3]),
            [Some(500), Some(2400), Some(6200)]
        );
        let unit = Amount::fixed(Currency::USD, -100);
        assert_eq!(charges(&unit, &[0, 2]), [Some(0), Some(-200)]);
        let flat = FixedAmount::new(Currency::JPY).flat(110).into();
        assert_eq!(charges(&flat, &[0, 9]), [Some(110), Some(110)]);
    }

    #[test]
    fn graduated_tiers_charge_each_unit_in_its_tier() {
        assert_eq!(
            charges(&tiered(TierMode::Graduated), &[0, 1, 10, 11, 20, 21]),
            [
                Some(5),
                Some(105),
                Some(1005),
                Some(1005 + 87),
                Some(1005 + 807),
                Some(1005 + 807 + 50),
            ]
        );
    }

    #[test]
    fn total_tiers_charge_all_units_in_one_tier() {
        assert_eq!(
            charges(&tiered(TierMode::Total), &[0, 1, 10, 11, 20, 21]),
            [
                Some(5),
                Some(105),
                Some(1005),
                Some(7 + 11 * 80),
                Some(7 + 20 * 80),
                Some(21 * 50),
            ]
        );
    }

    #[test]
    fn a_quantity_outside_all_tiers_has_no_charge() {
        for mode in [TierMode::Graduated, TierMode::Total] {
            let capped = Amount::tiered(Currency::USD, mode, [Tier::up_to(10).unit(1)]);
            assert_eq!(charges(&capped, &[10, 11]), [Some(10), None]);
            assert_eq!(Amount::tiered(Currency::USD, mode, []).charge(1), None);
        }
    }

    #[test]
    fn descending_tiers_have_no_graduated_charge() {
        let tiers = [
            Tier::up_to(10).unit(1),
            Tier::up_to(5).unit(1),
            Tier::rest(),
        ];
        let amount = Amount::tiered(Currency::USD, TierMode::Graduated, tiers);
        assert_eq!(charges(&amount, &[10, 11]), [Some(10), None]);
    }

    #[test]
    fn charge_overflows_only_if_the_sum_does() {
        let largest = Amount::fixed(Currency::USD, i64::MAX);
        assert_eq!(charges(&largest, &[1, 2]), [Some(i64::MAX), None]);

        let balanced = FixedAmount::new(Currency::USD)
            .unit(i64::MAX)
            .flat(-i64::MAX);
        assert_eq!(charges(&balanced.into(), &[2, 3]), [Some(i64::MAX), None]);

        let smallest = FixedAmount::new(Currency::USD)
            .unit(i64::MIN)
            .flat(i64::MIN);
        assert_eq!(
            charges(&smallest.into(), &[0, u64::MAX]),
            [Some(i64::MIN), None]
        );

        let free = Amount::fixed(Currency::USD, 0);
        assert_eq!(charges(&free, &[u64::MAX]), [Some(0)]);
    }
}
