//! The credit and the charge of a change of price within a period that is already paid.

use churnkey::model::MinorUnits;
use churnkey::{Currency, Error, Price, PriceId, Result, SubscriptionId, Timestamp};

use super::calendar::millis_between;
use super::discount::reduced;
use super::{Grant, Paid, Subscription};

/// The two lines that a change of price adds to the next invoice, both at least zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Proration {
    pub subscription: SubscriptionId,
    pub at: Timestamp,
    pub from: PriceId,
    pub to: PriceId,
    pub currency: Currency,
    /// The unused share of the sum that was charged last.
    pub credit: MinorUnits,
    /// The new price for the rest of the period. Zero if the new price begins a new period, because
    /// that period is charged like any other.
    pub charge: MinorUnits,
}

impl Subscription {
    /// Prorates a change to another price. Returns `None` during a trial, which is free, and after
    /// the end of the period, and a 409 if the period is not paid: a credit would return money that
    /// the company has not received.
    pub(super) fn prorate(&mut self, to: &Price, now: Timestamp) -> Result<Option<Proration>> {
        // The time of a pause that extends the period is not paid for.
        let pause = self.pause.as_ref().filter(|pause| pause.extends_period);
        let pause_end = pause.and_then(|pause| pause.end);
        let from = pause_end.map_or(now, |end| end.max(now));
        let left = millis_between(from, self.period.end);
        if self.is_tried_out(now) || left <= 0 {
            return Ok(None);
        }
        if self.unpaid {
            return Err(Error::conflict(
                "the period is not paid, so a change within it cannot be prorated",
            ));
        }
        let left = left.min(self.paid.millis);
        let credit = share(self.paid.amount, left, self.paid.millis)?;
        let charge = if to.duration == self.cycle() {
            let start = self.period.start;
            let own = self.discounts.iter();
            let own = own.filter(|grant| grant.last_charge == Some(start));
            let of_customer = self.customer_discounts.iter();
            let of_customer = of_customer.filter(|grant: &&Grant| grant.is_current(start));
            let price = self.list_price(to)?;
            let price = reduced(price, self.quantity, own.chain(of_customer))?;
            let rest = share(price, left, self.period_millis)?;
            self.paid = Paid {
                amount: rest,
                millis: left,
            };
            rest
        } else {
            self.paid = Paid::default();
            MinorUnits::default()
        };
        Ok(Some(Proration {
            subscription: self.id.clone(),
            at: now,
            from: self.price.id.clone(),
            to: to.id.clone(),
            currency: to.amount.currency(),
            credit,
            charge,
        }))
    }

    /// The charge of one billing cycle without discounts.
    pub(super) fn list_price(&self, price: &Price) -> Result<MinorUnits> {
        price
            .amount
            .charge(self.quantity)
            .ok_or_else(|| Error::internal("a charge does not fit into minor units"))
    }
}

/// The sum times `left / whole`, rounded to the nearest minor unit, a half up.
///
/// The calculation uses milliseconds and 128-bit integers: no intermediate step rounds or
/// overflows, so the same change always costs the same.
fn share(sum: MinorUnits, left: i64, whole: i64) -> Result<MinorUnits> {
    if whole <= 0 {
        return Ok(MinorUnits::default());
    }
    let (sum, left, whole) = (i128::from(sum.get()), i128::from(left), i128::from(whole));
    let rounded = (2 * sum * left + whole).div_euclid(2 * whole);
    Ok(rounded.try_into()?)
}
