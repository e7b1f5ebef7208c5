//! The credit and the charge of a change of price within a period that is already paid.

use churnkey::model::MinorUnits;
use churnkey::{Currency, Error, Price, PriceId, Result, SubscriptionId, Timestamp};

use super::Subscription;

/// The two lines that a change of price adds to the next invoice, both at least zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Proration {
    pub subscription: SubscriptionId,
    pub at: Timestamp,
    pub from: PriceId,
    pub to: PriceId,
    pub currency: Currency,
    /// The old price for the rest of the period, which the customer has paid and will not use.
    pub credit: MinorUnits,
    /// The new price for the rest of the period. Zero if the new price begins a new period, because
    /// that period is charged like any other.
    pub charge: MinorUnits,
}

impl Proration {
    /// The proration, or `None` during a trial, which is free, and after the end of the period.
    pub(super) fn of_change(
        subscription: &Subscription,
        to: &Price,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        let period = subscription.period;
        let whole = period.end.unix_millis() - period.start.unix_millis();
        let left = whole.min(period.end.unix_millis() - now.unix_millis());
        if subscription.is_tried_out(now) || left <= 0 {
            return Ok(None);
        }
        let rest_of = |price: &Price| share(charge(price, subscription.quantity)?, left, whole);
        let goes_on = to.duration == subscription.cycle();
        Ok(Some(Self {
            subscription: subscription.id.clone(),
            at: now,
            from: subscription.price.id.clone(),
            to: to.id.clone(),
            currency: to.amount.currency(),
            credit: rest_of(&subscription.price)?,
            charge: if goes_on {
                rest_of(to)?
            } else {
                MinorUnits::default()
            },
        }))
    }
}

fn charge(price: &Price, quantity: u64) -> Result<MinorUnits> {
    price
        .amount
        .charge(quantity)
        .ok_or_else(|| Error::internal("a charge does not fit into minor units"))
}

/// The sum times `left / whole`, rounded to the nearest minor unit, a half up.
///
/// The calculation uses milliseconds and 128-bit integers: no intermediate step rounds or
/// overflows, so the same change always costs the same.
fn share(sum: MinorUnits, left: i64, whole: i64) -> Result<MinorUnits> {
    let (sum, left, whole) = (i128::from(sum.get()), i128::from(left), i128::from(whole));
    let rounded = (2 * sum * left + whole).div_euclid(2 * whole);
    Ok(rounded.try_into()?)
}
