//! The fit of an offer to a subscription, which Churnkey does not check.

use churnkey_runtime::model::CouponValue;
use churnkey_runtime::{Coupon, Currency, Price, Timestamp};

use crate::dashboard::catalogue::invalid;

/// The reason why a coupon is not offered for a subscription in a currency.
pub(super) fn coupon(
    coupon: &Coupon,
    currency: Option<Currency>,
    now: Timestamp,
) -> Option<&'static str> {
    let own = match &coupon.value {
        CouponValue::Fixed(amount) => Some(amount.currency),
        CouponValue::Percentage(value) => value.currency,
        _ => None,
    };
    invalid(coupon, now).or_else(|| another(own, currency))
}

/// The reason why a price is not offered for a subscription in a currency.
pub(super) fn price(price: &Price, currency: Option<Currency>) -> Option<&'static str> {
    another(Some(price.amount.currency()), currency)
}

fn another(own: Option<Currency>, wanted: Option<Currency>) -> Option<&'static str> {
    match (own, wanted) {
        (Some(own), Some(wanted)) if own != wanted => Some("another currency"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use churnkey_runtime::model::{CouponDuration, FixedAmount, Percent};
    use churnkey_runtime::{Amount, BillingCycle};

    use super::*;

    #[test]
    fn offer_has_the_currency_of_the_subscription() {
        let now = Timestamp::now();
        let five = FixedAmount::new(Currency::EUR).flat(500);
        let five = Coupon::new("five", CouponDuration::Once, five);
        let half = Coupon::new("half", CouponDuration::Once, Percent::new(50.0).unwrap());
        let plan = Price::standalone(
            "plan",
            BillingCycle::monthly(),
            Amount::fixed(Currency::EUR, 900),
        );
        for (currency, unfit) in [
            (Some(Currency::EUR), None),
            (Some(Currency::USD), Some("another currency")),
            (None, None),
        ] {
            assert_eq!(coupon(&five, currency, now), unfit);
            assert_eq!(price(&plan, currency), unfit);
            assert_eq!(coupon(&half, currency, now), None);
        }
    }
}
