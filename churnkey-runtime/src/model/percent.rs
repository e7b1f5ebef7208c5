use std::error::Error;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Number;

/// A share over 0 and up to 100, so that 25 is a quarter. Protocol: the number is **doc**, its
/// scale is **assumed**.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "openapi",
    schemars(extend("exclusiveMinimum" = 0, "maximum" = 100))
)]
pub struct Percent(f64);

// A percent is never NaN, the one float that does not equal itself.
impl Eq for Percent {}

impl Percent {
    /// Makes a percent of a number over 0 and up to 100, and `None` of any other.
    pub fn new(percent: f64) -> Option<Self> {
        (percent > 0.0 && percent <= 100.0).then_some(Self(percent))
    }

    /// The number, over 0 and up to 100.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Percent {
    type Error = InvalidPercent;

    fn try_from(percent: f64) -> Result<Self, Self::Error> {
        Self::new(percent).ok_or(InvalidPercent(()))
    }
}

impl Serialize for Percent {
    /// Writes a whole number without a fraction: 25, not 25.0.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 {
            serializer.serialize_u8(self.0 as u8)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    /// Through [`Number`]: inside a tagged enum, serde_json's feature `arbitrary_precision`, which
    /// any crate of a program can switch on, shows a number with a fraction as an object that only
    /// this type reads.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Number::deserialize(deserializer)
            .ok()
            .and_then(|number| number.as_f64())
            .and_then(Self::new)
            .ok_or_else(|| de::Error::custom(InvalidPercent(())))
    }
}

/// The double that is nearest to a decimal over 0 and up to 100.
macro_rules! decimals {
    ($($feature:literal $decimal:ty),*) => {$(
        #[cfg(feature = $feature)]
        impl TryFrom<$decimal> for Percent {
            type Error = InvalidPercent;

            fn try_from(percent: $decimal) -> Result<Self, Self::Error> {
                let nearest: Option<f64> = percent.to_string().parse().ok();
                nearest.and_then(Self::new).ok_or(InvalidPercent(()))
            }
        }
    )*};
}

decimals!("rust_decimal" rust_decimal::Decimal, "bigdecimal" bigdecimal::BigDecimal);

/// The error of a number that is not over 0 and up to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPercent(());

impl fmt::Display for InvalidPercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be a number over 0 and up to 100")
    }
}

impl Error for InvalidPercent {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_percent_is_over_0_and_up_to_100() {
        for percent in [f64::MIN_POSITIVE, 0.5, 25.0, 100.0] {
            assert_eq!(Percent::new(percent).map(Percent::get), Some(percent));
        }
        for percent in [0.0, -0.0, -1.0, 100.000_001, f64::INFINITY, f64::NAN] {
            assert_eq!(Percent::new(percent), None, "{percent}");
            assert_eq!(Percent::try_from(percent), Err(InvalidPercent(())));
        }
    }

    #[test]
    fn a_whole_percent_is_written_as_an_integer() {
        for (percent, text) in [(25.0, "25"), (12.5, "12.5"), (100.0, "100"), (1.0, "1")] {
            let percent = Percent::new(percent).unwrap();
            assert_eq!(serde_json::to_string(&percent).unwrap(), text);
            assert_eq!(serde_json::from_str::<Percent>(text).unwrap(), percent);
        }
    }

    #[test]
    fn percent_survives_a_round_trip() {
        for number in [9.222222222222221, 97.0 / 9.0, 5.283834727177098e-308] {
            let percent = Percent::new(number).unwrap();
            let text = serde_json::to_string(&percent).unwrap();
            assert_eq!(serde_json::from_str::<Percent>(&text).unwrap(), percent);
        }
    }

    #[cfg(feature = "rust_decimal")]
    #[test]
    fn a_decimal_column_holds_a_percent() {
        use rust_decimal::Decimal;

        let percent = |text: &str| Percent::try_from(text.parse::<Decimal>().unwrap());
        assert_eq!(percent("12.50").map(Percent::get), Ok(12.5));
        assert_eq!(percent("0.1").map(Percent::get), Ok(0.1));
        assert!(percent("0").is_err() && percent("100.01").is_err());
    }

    #[cfg(feature = "bigdecimal")]
    #[test]
    fn a_bigdecimal_column_holds_a_percent() {
        use bigdecimal::BigDecimal;

        let percent = |text: &str| Percent::try_from(text.parse::<BigDecimal>().unwrap());
        assert_eq!(percent("12.50").map(Percent::get), Ok(12.5));
        assert_eq!(percent("1e-400").map(Percent::get), Err(InvalidPercent(())));
        assert!(percent("-1").is_err() && percent("100.01").is_err());
    }

    #[test]
    fn a_bad_percent_is_refused_without_repeating_it() {
        for value in [
            json!(0),
            json!(101),
            json!(-7),
            json!("SENTINEL"),
            json!(null),
        ] {
            let error = serde_json::from_value::<Percent>(value).unwrap_err();
            assert_eq!(error.to_string(), "must be a number over 0 and up to 100");
        }
    }
}
