mod decimal;
mod stripe;

use std::error::Error;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use decimal::{FromMinorUnits, ToMinorUnits};

use super::currency::Currency;

/// A sum of money in the minor unit of its currency: 1.10 USD is 110, and as JPY has no minor unit,
/// 110 JPY is 110. Protocol: **doc**.
///
/// The number of digits of the minor unit is that of ISO 4217:
/// [`Currency::minor_unit_digits`]. No conversion rounds: it is exact, or an error.
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

    /// Reads a decimal number of whole units: `19.99` USD is 1999.
    ///
    /// A decimal is text without exponent, spaces or thousands separators, as a `NUMERIC` column
    /// shows it, or with the feature of that name a value of `rust_decimal` or `bigdecimal`.
    ///
    /// ```
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::{Currency, MinorUnits};
    ///
    /// let units = |text, currency| MinorUnits::from_decimal(text, currency).map(MinorUnits::get);
    /// assert_eq!(units("19.99", Currency::USD), Ok(1999));
    /// assert_eq!(units("-0.5", Currency::USD), Ok(-50));
    /// assert_eq!(units("19.9900", Currency::USD), Ok(1999));
    /// assert_eq!(units("1980", Currency::JPY), Ok(1980));
    /// assert_eq!(units("1.234", Currency::KWD), Ok(1234));
    /// assert!(units("19.995", Currency::USD).is_err());
    /// assert!(units("0.5", Currency::JPY).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidAmount`] for digits beyond the minor unit that are not zero, a number that does not
    /// fit into 64 bits of minor units, and a text that is no decimal.
    pub fn from_decimal(
        decimal: impl ToMinorUnits,
        currency: Currency,
    ) -> Result<Self, InvalidAmount> {
        decimal.to_minor_units(currency)
    }

    /// The decimal number of whole units, with all digits of the minor unit: 1999 USD is `19.99`.
    ///
    /// ```
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::{Currency, MinorUnits};
    ///
    /// let text = |units: i64, currency| MinorUnits::from(units).to_decimal::<String>(currency);
    /// assert_eq!(text(1999, Currency::USD), "19.99");
    /// assert_eq!(text(-5, Currency::USD), "-0.05");
    /// assert_eq!(text(1980, Currency::JPY), "1980");
    /// assert_eq!(text(1234, Currency::KWD), "1.234");
    /// ```
    pub fn to_decimal<D: FromMinorUnits>(self, currency: Currency) -> D {
        D::from_minor_units(self, currency)
    }

    /// `coefficient * 10^-scale` whole units.
    fn scaled(coefficient: i128, scale: i64, currency: Currency) -> Result<Self, InvalidAmount> {
        let digits = currency.minor_unit_digits();
        if coefficient == 0 {
            return Ok(Self(0));
        }
        // Powers that do not fit are those of a number that is too large, or of a fraction.
        let power = |exponent: i64| 10_i128.checked_pow(u32::try_from(exponent).ok()?);
        let surplus = scale.saturating_sub(digits.into());
        let units = if surplus > 0 {
            power(surplus)
                .filter(|power| coefficient % power == 0)
                .map(|power| coefficient / power)
                .ok_or(InvalidAmount::Fraction { digits })?
        } else {
            power(surplus.saturating_neg())
                .and_then(|power| coefficient.checked_mul(power))
                .ok_or(InvalidAmount::TooLarge)?
        };
        Self::from_sum(units).ok_or(InvalidAmount::TooLarge)
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

/// A sum of money that has no exact number of minor units.
///
/// It says what is wrong and not the value, and becomes an opaque 500 through `?`: it is the data of
/// the billing system that cannot be sent.
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
