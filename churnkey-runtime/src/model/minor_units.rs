pub(crate) mod decimal;
mod stripe;

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A sum of money in the minor unit of its currency: 1.10 USD is 110, and as JPY has no minor unit,
/// 110 JPY is 110. Protocol: **doc**.
///
/// The number of digits of the minor unit is that of ISO 4217, as
/// [`minor_unit_digits`](crate::Currency::minor_unit_digits) gives it. No conversion rounds: it is
/// exact, or an error.
///
/// | from | by |
/// | --- | --- |
/// | an integer column of minor units | `From`: `Amount::fixed(Currency::USD, row.cents)` |
/// | a decimal, as text or as a type of `rust_decimal` or `bigdecimal` | [`from_decimal`](Self::from_decimal) |
/// | an amount of Stripe | [`from_stripe`](Self::from_stripe) |
///
/// Floats do not convert, on purpose: `19.99_f64 * 100.0` is not 1999. A negative sum converts like
/// any other; a model that may not have one reports it at its field when it is checked.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "openapi",
    schemars(
        description = "A sum of money in the minor unit of its currency: 1.10 USD is 110, and as JPY has no minor unit, 110 JPY is 110. Protocol: **doc**."
    )
)]
#[serde(transparent)]
pub struct MinorUnits(i64);

impl MinorUnits {
    /// The number of minor units.
    pub fn get(self) -> i64 {
        self.0
    }

    pub(super) fn from_sum(sum: i128) -> Option<Self> {
        i64::try_from(sum).ok().map(Self)
    }
}

macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl From<$integer> for MinorUnits {
            fn from(units: $integer) -> Self {
                Self(units.into())
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u8 u16 u32);

/// For the integers that can be too large.
macro_rules! large_integers {
    ($($integer:ident)*) => {$(
        impl TryFrom<$integer> for MinorUnits {
            type Error = InvalidAmount;

            fn try_from(units: $integer) -> Result<Self, Self::Error> {
                i64::try_from(units).map(Self).map_err(|_| InvalidAmount::TooLarge)
            }
        }
    )*};
}

large_integers!(u64 i128 isize usize);

/// The error of a sum of money that has no exact number of minor units.
///
/// It names the rule and not the value, and becomes an opaque 500 through `?`, because the data of
/// the billing system cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidAmount {
    /// A text that is no decimal number.
    NotDecimal,
    /// A part smaller than the minor unit.
    Fraction {
        /// The digits after the point that the currency has.
        digits: u8,
    },
    /// More than 64 bits of minor units.
    TooLarge,
    /// Stripe does not have the currency.
    NotAtStripe,
}

impl fmt::Display for InvalidAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDecimal => f.write_str("must be a decimal number such as 19.99"),
            Self::Fraction { digits } => {
                write!(f, "must have no more than {digits} digits after the point")
            }
            Self::TooLarge => f.write_str("must fit into 64 bits of minor units"),
            Self::NotAtStripe => f.write_str("must be in a currency that Stripe has"),
        }
    }
}

impl Error for InvalidAmount {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::currency::Currency;

    #[test]
    fn integers_convert_or_are_too_large() {
        assert_eq!(MinorUnits::from(-1_i64).get(), -1);
        assert_eq!(MinorUnits::from(u32::MAX).get(), 4_294_967_295);
        assert_eq!(MinorUnits::try_from(1_u64), Ok(MinorUnits(1)));
        assert_eq!(MinorUnits::try_from(u64::MAX), Err(InvalidAmount::TooLarge));
        assert_eq!(
            MinorUnits::try_from(i128::MIN),
            Err(InvalidAmount::TooLarge)
        );
    }

    #[test]
    fn minor_units_are_not_read_from_fractions_or_text() {
        for json in ["1.5", "110.0", r#""110""#, "9223372036854775808"] {
            assert!(serde_json::from_str::<MinorUnits>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_message_names_the_rule() {
        let text = |text: &str, currency| {
            MinorUnits::from_decimal(text, currency).map_err(|error| error.to_string())
        };
        assert_eq!(
            text("0.5", Currency::JPY).unwrap_err(),
            "must have no more than 0 digits after the point"
        );
        assert_eq!(
            text("free", Currency::JPY).unwrap_err(),
            "must be a decimal number such as 19.99"
        );
    }
}
