//! The amounts of Stripe, which for some currencies are not those of ISO 4217.

use super::{InvalidAmount, MinorUnits};
use crate::model::currency::Currency;

impl MinorUnits {
    /// Reads an amount of Stripe, such as the `unit_amount` of a price.
    ///
    /// For most currencies it is the number of minor units already. The exceptions, from
    /// [Stripe's list](https://docs.stripe.com/currencies#special-cases):
    ///
    /// | currency | at Stripe | here, by ISO 4217 |
    /// | --- | --- | --- |
    /// | `ISK`, `UGX` | two digits, always `00`: 5 ISK is 500 | no digits: 5 |
    /// | `MGA` | no digits: 5 MGA is 5 | two digits: 500 |
    /// | `BHD`, `JOD`, `KWD`, `OMR`, `TND` | three digits, the last one `0` | three digits, the same number |
    /// | `HUF`, `TWD` | two digits; whole units only in payouts | two digits, the same number |
    ///
    /// ```
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::{Currency, MinorUnits};
    ///
    /// let units = |amount, currency| {
    ///     MinorUnits::from_stripe(amount, currency).map(MinorUnits::get)
    /// };
    /// assert_eq!(units(1999, Currency::USD), Ok(1999));
    /// assert_eq!(units(500, Currency::ISK), Ok(5));
    /// assert!(units(550, Currency::ISK).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidAmount`] for a part of a króna or of a Ugandan shilling, for an amount that does
    /// not fit, and for a currency without two digits that is not in Stripe's list, such as `IQD`.
    pub fn from_stripe(amount: i64, currency: Currency) -> Result<Self, InvalidAmount> {
        Self::scaled(amount.into(), digits(currency)?.into(), currency)
    }

    /// The amount that Stripe has for this sum: the inverse of [`from_stripe`](Self::from_stripe).
    ///
    /// # Errors
    ///
    /// [`InvalidAmount`] for a sum that Stripe cannot express: a part of an ariary, the third digit
    /// of a three-digit currency, an amount that does not fit, a currency that Stripe does not
    /// have.
    pub fn to_stripe(self, currency: Currency) -> Result<i64, InvalidAmount> {
        let at_stripe = digits(currency)?;
        if at_stripe == 3 && self.0 % 10 != 0 {
            return Err(InvalidAmount::Fraction { digits: 2 });
        }
        let ours = currency.minor_unit_digits();
        let amount = match at_stripe.checked_sub(ours) {
            Some(more) => self.0.checked_mul(10_i64.pow(more.into())),
            None => {
                let surplus = 10_i64.pow((ours - at_stripe).into());
                if self.0 % surplus != 0 {
                    return Err(InvalidAmount::Fraction { digits: at_stripe });
                }
                Some(self.0 / surplus)
            }
        };
        amount.ok_or(InvalidAmount::TooLarge)
    }
}

/// The digits after the point in an amount of Stripe.
fn digits(currency: Currency) -> Result<u8, InvalidAmount> {
    match currency.code() {
        "ISK" | "UGX" => Ok(2),
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => Ok(0),
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => Ok(3),
        _ if currency.minor_unit_digits() == 2 => Ok(2),
        _ => Err(InvalidAmount::NotAtStripe),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_of_stripe_goes_both_ways() {
        for (currency, amount, units) in [
            (Currency::USD, 1999, 1999),
            (Currency::USD, -1999, -1999),
            (Currency::HUF, 1045, 1045),
            (Currency::TWD, 80045, 80045),
            (Currency::JPY, 500, 500),
            (Currency::VND, 500, 500),
            (Currency::ISK, 500, 5),
            (Currency::UGX, -500, -5),
            (Currency::MGA, 5, 500),
            (Currency::KWD, 5120, 5120),
            (Currency::ISK, 0, 0),
        ] {
            let read = MinorUnits::from_stripe(amount, currency);
            assert_eq!(read, Ok(units.into()), "{amount} {currency}");
            let written = MinorUnits::from(units).to_stripe(currency);
            assert_eq!(written, Ok(amount), "{amount} {currency}");
        }
    }

    #[test]
    fn what_one_side_cannot_express_is_an_error() {
        let fraction = |digits| Err(InvalidAmount::Fraction { digits });
        let read = MinorUnits::from_stripe;
        assert_eq!(read(550, Currency::ISK), fraction(0));
        assert_eq!(read(1, Currency::UGX), fraction(0));
        assert_eq!(read(i64::MAX, Currency::MGA), Err(InvalidAmount::TooLarge));
        assert_eq!(read(5, Currency::IQD), Err(InvalidAmount::NotAtStripe));

        let write = |units: i64, currency| MinorUnits::from(units).to_stripe(currency);
        assert_eq!(
            write(550, Currency::MGA),
            Err(InvalidAmount::Fraction { digits: 0 })
        );
        assert_eq!(
            write(5124, Currency::KWD),
            Err(InvalidAmount::Fraction { digits: 2 })
        );
        assert_eq!(write(i64::MAX, Currency::ISK), Err(InvalidAmount::TooLarge));
        assert_eq!(write(1, Currency::CLF), Err(InvalidAmount::NotAtStripe));
    }

    #[test]
    fn most_currencies_are_the_same_at_stripe() {
        let differ = |code: &&str| {
            let currency: Currency = code.parse().unwrap();
            digits(currency) != Ok(currency.minor_unit_digits())
        };
        let codes = [
            "USD", "EUR", "GBP", "HUF", "TWD", "JPY", "ISK", "KWD", "UGX", "MGA",
        ];
        let differing: Vec<_> = codes.iter().copied().filter(differ).collect();
        assert_eq!(differing, ["ISK", "UGX", "MGA"]);
    }
}
