//! The comparison of a subscription that the provider returns with the one of the model.

use std::fmt;

use churnkey_runtime::{Subscription, SubscriptionStatus, Timestamp};

/// The first difference between the model and the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The field, such as `status.pause`, or another thing that is compared.
    pub(super) field: String,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Difference {
    pub(super) fn new(
        field: impl Into<String>,
        expected: impl ToString,
        found: impl ToString,
    ) -> Self {
        Self {
            field: field.into(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }
}

/// A value that is compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value<'s> {
    Text(&'s str),
    Number(u64),
    Moment(Timestamp),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Moment(at) => at.fmt(f),
        }
    }
}

/// The fields that are compared: the path, true if a provider may leave it out, and the value.
fn fields(subscription: &Subscription) -> [(&'static str, bool, Option<Value<'_>>); 10] {
    let status = &subscription.status;
    let (pause, canceled_at) = match status {
        SubscriptionStatus::Paused { pause, .. } => (Some(pause), None),
        SubscriptionStatus::Canceled { canceled_at, .. } => (None, Some(*canceled_at)),
        _ => (None, None),
    };
    let (period, trial) = (status.current_period_dates(), status.trial_dates());
    let item = subscription.items.first();
    let moment = |at: Option<Timestamp>| at.map(Value::Moment);
    [
        ("status.name", false, Some(Value::Text(status.name()))),
        ("status.canceledAt", false, moment(canceled_at)),
        (
            "status.pause.start",
            false,
            moment(pause.map(|pause| pause.start)),
        ),
        (
            "status.pause.end",
            true,
            moment(pause.and_then(|pause| pause.end)),
        ),
        (
            "status.currentPeriod.start",
            true,
            moment(period.map(|period| period.start)),
        ),
        (
            "status.currentPeriod.end",
            true,
            moment(period.map(|period| period.end)),
        ),
        (
            "status.trial.start",
            true,
            moment(trial.map(|trial| trial.start)),
        ),
        (
            "status.trial.end",
            true,
            moment(trial.map(|trial| trial.end)),
        ),
        (
            "items.0.price.id",
            false,
            item.map(|item| Value::Text(item.price.id.as_str())),
        ),
        (
            "items.0.quantity",
            false,
            item.map(|item| Value::Number(item.quantity)),
        ),
    ]
}

/// The strictness of a comparison.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// True if the provider may leave out nothing.
    pub(super) exact: bool,
    /// The difference between two moments in milliseconds that counts as none.
    pub(super) slack: i64,
}

impl Strictness {
    fn is_same(
        self,
        expected: Option<Timestamp>,
        found: Option<Timestamp>,
        optional: bool,
    ) -> bool {
        match (expected, found) {
            (Some(expected), Some(found)) => {
                let apart = expected.unix_millis() - found.unix_millis();
                apart.abs() <= self.slack
            }
            (Some(_), None) => optional && !self.exact,
            (expected, found) => expected == found,
        }
    }
}

/// Compares two subscriptions. What the protocol lets a provider leave out is no difference unless
/// the comparison is exact.
pub(super) fn difference(
    model: &Subscription,
    found: &Subscription,
    strictness: Strictness,
) -> Option<Difference> {
    for ((field, optional, expected), (_, _, given)) in fields(model).into_iter().zip(fields(found))
    {
        let is_same = match (expected, given) {
            (Some(Value::Moment(at)), Some(Value::Moment(found))) => {
                strictness.is_same(Some(at), Some(found), optional)
            }
            (Some(Value::Moment(at)), None) => strictness.is_same(Some(at), None, optional),
            (expected, given) => expected == given,
        };
        if !is_same {
            return Some(Difference::new(field, shown(expected), shown(given)));
        }
    }
    let (expected, found) = (discounts(model), discounts(found));
    let is_same = expected.len() == found.len()
        && expected.iter().zip(&found).all(|(expected, found)| {
            expected.coupon == found.coupon
                && strictness.is_same(expected.start, found.start, true)
                && strictness.is_same(expected.end, found.end, true)
        });
    match is_same {
        true => None,
        false => Some(Difference::new("discounts", list(&expected), list(&found))),
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Dates<'s> {
    coupon: &'s str,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

fn discounts(subscription: &Subscription) -> Vec<Dates<'_>> {
    let mut dates: Vec<_> = subscription
        .discounts
        .iter()
        .map(|discount| Dates {
            coupon: discount.coupon.id.as_str(),
            start: discount.start,
            end: discount.end,
        })
        .collect();
    dates.sort();
    dates
}

fn list(discounts: &[Dates<'_>]) -> String {
    let one = |dates: &Dates<'_>| {
        let moment = |at: Option<Timestamp>| at.map_or("…".to_owned(), |at| at.to_string());
        let (start, end) = (moment(dates.start), moment(dates.end));
        format!("{} from {start} to {end}", dates.coupon)
    };
    match discounts.is_empty() {
        true => "none".to_owned(),
        false => discounts.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn shown(value: Option<Value<'_>>) -> String {
    value.map_or("nothing".to_owned(), |value| value.to_string())
}
