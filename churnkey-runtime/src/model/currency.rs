use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire;

/// An active ISO 4217 currency. Protocol: **doc**.
///
/// Precious metals, the test code and the other entries of the standard that have no minor unit are
/// not included, because an amount in them cannot be expressed in minor units.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    minor_unit_digits: u8,
}

impl Currency {
    /// The three-letter code in upper case, such as `USD`.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// The number of decimal digits of the minor unit: 2 for `USD` (cents), 0 for `JPY`, 3 for
    /// `KWD`.
    pub fn minor_unit_digits(self) -> u8 {
        self.minor_unit_digits
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code)
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    /// Reads a code in upper, lower or mixed case.
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        TABLE
            .iter()
            .find(|currency| currency.code.eq_ignore_ascii_case(code))
            .copied()
            .ok_or(UnknownCurrency(()))
    }
}

impl TryFrom<&str> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: &str) -> Result<Self, Self::Error> {
        code.parse()
    }
}

/// For a text column: `row.currency.try_into()?`.
impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        code.parse()
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<_> = TABLE.iter().map(|currency| currency.code).collect();
        schemars::json_schema!({
            "description": "An active ISO 4217 currency. Protocol: **doc**. When reading, the case of the letters is ignored.",
            "type": "string",
            "enum": codes,
        })
    }
}

/// The error of a string that is not the code of an active ISO 4217 currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCurrency(());

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an active ISO 4217 currency code")
    }
}

impl Error for UnknownCurrency {}

macro_rules! currencies {
    ($(($code:ident, $digits:literal))*) => {
        impl Currency {
            $(
                #[doc = concat!("`", stringify!($code), "`, minor-unit digits: ", $digits, ".")]
                pub const $code: Self = Self {
                    code: stringify!($code),
                    minor_unit_digits: $digits,
                };
            )*
        }

        const TABLE: &[Currency] = &[$(Currency::$code),*];
    };
}

currencies! {
    (AED, 2) (AFN, 2) (ALL, 2) (AMD, 2) (AOA, 2) (ARS, 2) (AUD, 2) (AWG, 2) (AZN, 2)
    (BAM, 2) (BBD, 2) (BDT, 2) (BHD, 3) (BIF, 0) (BMD, 2) (BND, 2) (BOB, 2) (BOV, 2)
    (BRL, 2) (BSD, 2) (BTN, 2) (BWP, 2) (BYN, 2) (BZD, 2)
    (CAD, 2) (CDF, 2) (CHE, 2) (CHF, 2) (CHW, 2) (CLF, 4) (CLP, 0) (CNY, 2) (COP, 2)
    (COU, 2) (CRC, 2) (CUP, 2) (CVE, 2) (CZK, 2)
    (DJF, 0) (DKK, 2) (DOP, 2) (DZD, 2)
    (EGP, 2) (ERN, 2) (ETB, 2) (EUR, 2)
    (FJD, 2) (FKP, 2)
    (GBP, 2) (GEL, 2) (GHS, 2) (GIP, 2) (GMD, 2) (GNF, 0) (GTQ, 2) (GYD, 2)
    (HKD, 2) (HNL, 2) (HTG, 2) (HUF, 2)
    (IDR, 2) (ILS, 2) (INR, 2) (IQD, 3) (IRR, 2) (ISK, 0)
    (JMD, 2) (JOD, 3) (JPY, 0)
    (KES, 2) (KGS, 2) (KHR, 2) (KMF, 0) (KPW, 2) (KRW, 0) (KWD, 3) (KYD, 2) (KZT, 2)
    (LAK, 2) (LBP, 2) (LKR, 2) (LRD, 2) (LSL, 2) (LYD, 3)
    (MAD, 2) (MDL, 2) (MGA, 2) (MKD, 2) (MMK, 2) (MNT, 2) (MOP, 2) (MRU, 2) (MUR, 2)
    (MVR, 2) (MWK, 2) (MXN, 2) (MXV, 2) (MYR, 2) (MZN, 2)
    (NAD, 2) (NGN, 2) (NIO, 2) (NOK, 2) (NPR, 2) (NZD, 2)
    (OMR, 3)
    (PAB, 2) (PEN, 2) (PGK, 2) (PHP, 2) (PKR, 2) (PLN, 2) (PYG, 0)
    (QAR, 2)
    (RON, 2) (RSD, 2) (RUB, 2) (RWF, 0)
    (SAR, 2) (SBD, 2) (SCR, 2) (SDG, 2) (SEK, 2) (SGD, 2) (SHP, 2) (SLE, 2) (SOS, 2)
    (SRD, 2) (SSP, 2) (STN, 2) (SVC, 2) (SYP, 2) (SZL, 2)
    (THB, 2) (TJS, 2) (TMT, 2) (TND, 3) (TOP, 2) (TRY, 2) (TTD, 2) (TWD, 2) (TZS, 2)
    (UAH, 2) (UGX, 0) (USD, 2) (USN, 2) (UYI, 0) (UYU, 2) (UYW, 4) (UZS, 2)
    (VED, 2) (VES, 2) (VND, 0) (VUV, 0)
    (WST, 2)
    (XAD, 2) (XAF, 0) (XCD, 2) (XCG, 2) (XOF, 0) (XPF, 0)
    (YER, 2)
    (ZAR, 2) (ZMW, 2) (ZWG, 2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use iso_currency::{Currency as Iso, IntoEnumIterator};

    use super::*;

    #[test]
    fn the_table_is_the_active_part_of_iso_4217() {
        let ours: BTreeMap<_, _> = TABLE
            .iter()
            .map(|currency| (currency.code, currency.minor_unit_digits))
            .collect();
        let mut theirs: BTreeMap<_, _> = Iso::iter()
            .filter(|iso| iso.is_superseded().is_none())
            .filter_map(|iso| Some((iso.code(), u8::try_from(iso.exponent()?).ok()?)))
            .collect();
        // The crate counts VES as replaced by VED; ISO 4217 lists the two side by side.
        theirs.insert("VES", 2);
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), TABLE.len());
    }

    #[test]
    fn code_is_read_in_any_case_and_shown_uppercase() {
        for code in ["EUR", "eur", "eUr"] {
            assert_eq!(code.parse(), Ok(Currency::EUR));
        }
        assert_eq!(Currency::try_from("eur").unwrap().to_string(), "EUR");
        assert_eq!(format!("{:?}", Currency::EUR), "EUR");
    }

    #[test]
    fn an_unknown_code_is_refused_without_repeating_it() {
        for code in ["", "EU", "EURO", "XXX", "XAU", "DEM", " EUR"] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency(())), "{code}");
        }
        let error = serde_json::from_str::<Currency>(r#""SENTINEL""#).unwrap_err();
        assert!(!error.to_string().contains("SENTINEL"), "{error}");
        let error = serde_json::from_str::<Currency>("987654").unwrap_err();
        assert!(!error.to_string().contains("987654"), "{error}");
    }

    #[test]
    fn minor_unit_digits_are_those_of_the_currency() {
        assert_eq!(Currency::USD.minor_unit_digits(), 2);
        assert_eq!(Currency::JPY.minor_unit_digits(), 0);
        assert_eq!(Currency::KWD.minor_unit_digits(), 3);
        assert_eq!(Currency::CLF.minor_unit_digits(), 4);
    }
}
