//! The charges and credits of all subscriptions, in the order in which they were made.

use churnkey_runtime::{CouponId, SubscriptionId, SubscriptionPeriod, Timestamp};

/// One line of the ledger. Amounts are in minor units and at least 0; the kind gives the sign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The time of the charge or the credit.
    pub at: Timestamp,
    /// The subscription that is charged or credited.
    pub subscription: SubscriptionId,
    /// The kind of the entry.
    pub kind: EntryKind,
    /// The time that is charged, or whose charge is credited.
    pub covers: SubscriptionPeriod,
    /// The sum before discounts; for a credit, the charge of which it is a share.
    pub gross: i64,
    /// The sum.
    pub amount: i64,
    /// The discounts between the two, in order.
    pub discounts: Vec<CouponId>,
}

impl Entry {
    /// The sum with its sign: negative for a credit.
    pub fn signed(&self) -> i64 {
        match self.kind {
            EntryKind::Charge | EntryKind::ChargeForRest => self.amount,
            EntryKind::Credit => -self.amount,
        }
    }
}

/// The kind of an [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// The charge of a whole period, at its start (rule 1).
    Charge,
    /// The unused part of an earlier charge (rule 21).
    Credit,
    /// A new price for the rest of a period (rule 22).
    ChargeForRest,
}

/// The sum times `part / whole`, rounded to the nearest minor unit, a half up. A whole of 0 has no
/// parts.
pub(super) fn share(sum: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let (sum, part, whole) = (i128::from(sum), i128::from(part), i128::from(whole));
    let rounded = (2 * sum * part + whole).div_euclid(2 * whole);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}
