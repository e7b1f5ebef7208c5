//! Decimal numbers of whole units: as text, and as the types of two crates.

use super::{InvalidAmount, MinorUnits};
use crate::model::currency::Currency;

impl MinorUnits {
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
    pub(super) fn scaled(
        coefficient: i128,
        scale: i64,
        currency: Currency,
    ) -> Result<Self, InvalidAmount> {
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

/// A decimal number that [`MinorUnits::from_decimal`] reads: text, `rust_decimal::Decimal` with the
/// feature `rust_decimal`, `bigdecimal::BigDecimal` with the feature `bigdecimal`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decimal number that can be read exactly",
    label = "this is neither text nor a decimal type",
    note = "`rust_decimal::Decimal` and `bigdecimal::BigDecimal` need the feature of their name; a float is never exact"
)]
pub trait ToMinorUnits {
    /// The number of minor units.
    ///
    /// # Errors
    ///
    /// As for [`MinorUnits::from_decimal`].
    fn to_minor_units(&self, currency: Currency) -> Result<MinorUnits, InvalidAmount>;
}

/// A decimal number that [`MinorUnits::to_decimal`] makes: a `String`, `rust_decimal::Decimal` with
/// the feature `rust_decimal`, `bigdecimal::BigDecimal` with the feature `bigdecimal`.
pub trait FromMinorUnits {
    /// The number of whole units.
    fn from_minor_units(units: MinorUnits, currency: Currency) -> Self;
}

impl<D: ToMinorUnits + ?Sized> ToMinorUnits for &D {
    fn to_minor_units(&self, currency: Currency) -> Result<MinorUnits, InvalidAmount> {
        (**self).to_minor_units(currency)
    }
}

impl ToMinorUnits for String {
    fn to_minor_units(&self, currency: Currency) -> Result<MinorUnits, InvalidAmount> {
        self.as_str().to_minor_units(currency)
    }
}

impl ToMinorUnits for str {
    fn to_minor_units(&self, currency: Currency) -> Result<MinorUnits, InvalidAmount> {
        let unsigned = self.strip_prefix('-').unwrap_or(self);
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((_, "")) => return Err(InvalidAmount::NotDecimal),
            Some(parts) => parts,
            None => (unsigned, ""),
        };
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return Err(InvalidAmount::NotDecimal);
        }
        // Without the zeros that say nothing, so that what remains is too long only if it matters.
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        let digits = currency.minor_unit_digits();
        if fraction.len() > digits.into() {
            return Err(InvalidAmount::Fraction { digits });
        }
        let sign = if unsigned.len() < self.len() { "-" } else { "" };
        let coefficient = format!("{sign}0{whole}{fraction}")
            .parse()
            .map_err(|_| InvalidAmount::TooLarge)?;
        MinorUnits::scaled(coefficient, fraction.len() as i64, currency)
    }
}

impl FromMinorUnits for String {
    fn from_minor_units(units: MinorUnits, currency: Currency) -> Self {
        let digits = usize::from(currency.minor_unit_digits());
        let sign = if units.get() < 0 { "-" } else { "" };
        let number = format!("{:0width$}", units.get().unsigned_abs(), width = digits + 1);
        let (whole, fraction) = number.split_at(number.len() - digits);
        let point = if digits > 0 { "." } else { "" };
        format!("{sign}{whole}{point}{fraction}")
    }
}

#[cfg(feature = "rust_decimal")]
mod with_rust_decimal {
    use rust_decimal::Decimal;

    use super::{Currency, FromMinorUnits, InvalidAmount, MinorUnits, ToMinorUnits};

    impl ToMinorUnits for Decimal {
        fn to_minor_units(&self, currency: Currency) -> Result<MinorUnits, InvalidAmount> {
            MinorUnits::scaled(self.mantissa(), self.scale().into(), currency)
        }
    }

    impl FromMinorUnits for Decimal {
        fn from_minor_units(units: MinorUnits, currency: Currency) -> Self {
            Self::new(units.get(), currency.minor_unit_digits().into())
        }
    }
}

#[cfg(feature = "bigdecimal")]
mod with_bigdecimal {
    use bigdecimal::BigDecimal;

    use super::{Currency, FromMinorUnits, InvalidAmount, MinorUnits, ToMinorUnits};

    impl ToMinorUnits for BigDecimal {
        fn to_minor_units(&self, currency: Currency) -> Result<MinorUnits, InvalidAmount> {
            let digits = currency.minor_unit_digits();
            // Without trailing zeros: a coefficient that is still too long has digits that matter.
            let (coefficient, scale) = self.normalized().into_bigint_and_exponent();
            match i128::try_from(&coefficient) {
                Ok(coefficient) => MinorUnits::scaled(coefficient, scale, currency),
                Err(_) if scale > digits.into() => Err(InvalidAmount::Fraction { digits }),
                Err(_) => Err(InvalidAmount::TooLarge),
            }
        }
    }

    impl FromMinorUnits for BigDecimal {
        fn from_minor_units(units: MinorUnits, currency: Currency) -> Self {
            Self::from((units.get(), i64::from(currency.minor_unit_digits())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USD: Currency = Currency::USD;
    const JPY: Currency = Currency::JPY;
    const KWD: Currency = Currency::KWD;
    const CLF: Currency = Currency::CLF;

    /// Decimals, and their minor units.
    const EXACT: [(&str, Currency, i64); 16] = [
        ("19.99", USD, 1999),
        ("19.9", USD, 1990),
        ("19", USD, 1900),
        ("19.990000", USD, 1999),
        ("0", USD, 0),
        ("0.00", USD, 0),
        ("-0.01", USD, -1),
        ("-19.99", USD, -1999),
        ("000019.99", USD, 1999),
        ("1980", JPY, 1980),
        ("1980.00", JPY, 1980),
        ("-1", JPY, -1),
        ("1.234", KWD, 1234),
        ("0.0001", CLF, 1),
        ("92233720368547758.07", USD, i64::MAX),
        ("-92233720368547758.08", USD, i64::MIN),
    ];

    const INEXACT: [(&str, Currency, InvalidAmount); 9] = [
        ("19.999", USD, InvalidAmount::Fraction { digits: 2 }),
        ("-0.001", USD, InvalidAmount::Fraction { digits: 2 }),
        ("0.5", JPY, InvalidAmount::Fraction { digits: 0 }),
        ("1.2345", KWD, InvalidAmount::Fraction { digits: 3 }),
        ("0.00001", CLF, InvalidAmount::Fraction { digits: 4 }),
        ("92233720368547758.08", USD, InvalidAmount::TooLarge),
        ("-92233720368547758.09", USD, InvalidAmount::TooLarge),
        ("9223372036854775808", JPY, InvalidAmount::TooLarge),
        (
            "0.0000000000000000000000000001",
            USD,
            InvalidAmount::Fraction { digits: 2 },
        ),
    ];

    #[test]
    fn a_text_converts_exactly_or_not_at_all() {
        for (text, currency, units) in EXACT {
            let read = MinorUnits::from_decimal(text, currency);
            assert_eq!(read, Ok(units.into()), "{text} {currency}");
            let shown = MinorUnits::from(units).to_decimal::<String>(currency);
            assert_eq!(
                MinorUnits::from_decimal(shown, currency),
                Ok(units.into()),
                "{text} {currency}"
            );
        }
        for (text, currency, error) in INEXACT {
            let read = MinorUnits::from_decimal(text, currency);
            assert_eq!(read, Err(error), "{text} {currency}");
        }
        let too_long = format!("1{}", "0".repeat(60));
        let read = MinorUnits::from_decimal(&too_long, USD);
        assert_eq!(read, Err(InvalidAmount::TooLarge));
    }

    #[test]
    fn a_text_that_is_no_decimal_is_an_error() {
        for text in [
            "", "-", ".", "19.", ".99", "+19.99", "1e2", "19,99", "1_000", " 19.99", "19.99 ",
            "$1", "--1", "1.2.3", "NaN", "١٩",
        ] {
            let read = MinorUnits::from_decimal(text, USD);
            assert_eq!(read, Err(InvalidAmount::NotDecimal), "{text}");
        }
    }

    #[cfg(feature = "rust_decimal")]
    #[test]
    fn a_rust_decimal_converts_exactly_or_not_at_all() {
        use rust_decimal::Decimal;

        for (text, currency, units) in EXACT {
            let decimal: Decimal = text.parse().unwrap();
            let read = MinorUnits::from_decimal(decimal, currency);
            assert_eq!(read, Ok(units.into()), "{text} {currency}");
            let back: Decimal = MinorUnits::from(units).to_decimal(currency);
            assert_eq!(back, decimal, "{text} {currency}");
        }
        for (text, currency, error) in INEXACT {
            let decimal: Decimal = text.parse().unwrap();
            let read = MinorUnits::from_decimal(decimal, currency);
            assert_eq!(read, Err(error), "{text} {currency}");
        }
        let read = MinorUnits::from_decimal(Decimal::MAX, USD);
        assert_eq!(read, Err(InvalidAmount::TooLarge));
    }

    #[cfg(feature = "bigdecimal")]
    #[test]
    fn a_bigdecimal_converts_exactly_or_not_at_all() {
        use bigdecimal::BigDecimal;

        for (text, currency, units) in EXACT {
            let decimal: BigDecimal = text.parse().unwrap();
            let read = MinorUnits::from_decimal(&decimal, currency);
            assert_eq!(read, Ok(units.into()), "{text} {currency}");
            let back: BigDecimal = MinorUnits::from(units).to_decimal(currency);
            assert_eq!(back, decimal, "{text} {currency}");
        }
        let long = format!("0.{}1", "0".repeat(60));
        let inexact = INEXACT.into_iter().chain([
            (&*long, USD, InvalidAmount::Fraction { digits: 2 }),
            ("1e60", USD, InvalidAmount::TooLarge),
            ("1e9223372036854775807", USD, InvalidAmount::TooLarge),
            (
                "1e-9223372036854775807",
                USD,
                InvalidAmount::Fraction { digits: 2 },
            ),
        ]);
        for (text, currency, error) in inexact {
            let decimal: BigDecimal = text.parse().unwrap();
            let read = MinorUnits::from_decimal(decimal, currency);
            assert_eq!(read, Err(error), "{text} {currency}");
        }
    }
}
