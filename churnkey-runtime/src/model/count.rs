use crate::validate::Violations;

/// A whole number from 0, made of any integer type that a column has.
///
/// A number below 0 or above 2^53 - 1, which a JSON reader need not keep exactly, neither gets lost
/// nor panics: validation reports it at its field, before the model is sent.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::validate::Validate as _;
/// use churnkey::{Amount, BillingCycle, Currency, Price, SubscriptionItem};
///
/// let price = Price::standalone("pro", BillingCycle::monthly(), Amount::fixed(Currency::USD, 1900));
/// let column: i64 = -1;
/// let item = SubscriptionItem::new("item_1", price, column);
/// assert_eq!(
///     item.validate().unwrap_err().to_string(),
///     "invalid subscription item: quantity must be a whole number from 0 to 9007199254740991",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(u64);

/// The largest integer up to which each integer is a double of its own.
const MAX: u64 = (1 << 53) - 1;

impl Count {
    pub(super) fn get(self) -> u64 {
        self.0
    }

    /// The number, and 0 for one that does not fit.
    pub(super) fn to_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(0)
    }

    /// Reports a number that was negative or too large.
    pub(super) fn check(number: u64, violations: &mut Violations<'_>) {
        violations.require(
            number <= MAX,
            "must be a whole number from 0 to 9007199254740991",
        );
    }
}

macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl From<$integer> for Count {
            fn from(number: $integer) -> Self {
                Self(u64::try_from(number).unwrap_or(u64::MAX))
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);
