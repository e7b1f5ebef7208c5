//! The comparison of a subscription that the provider returns with the one of the model.

use churnkey_runtime::{Subscription, Timestamp};
use serde_json::{Value, json};

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

/// The fields that are compared, as paths, and true for those that a provider may leave out.
const FIELDS: [(&str, bool); 10] = [
    ("/status/name", false),
    ("/status/canceledAt", false),
    ("/status/pause/start", false),
    ("/status/pause/end", true),
    ("/status/currentPeriod/start", true),
    ("/status/currentPeriod/end", true),
    ("/status/trial/start", true),
    ("/status/trial/end", true),
    ("/items/0/price/id", false),
    ("/items/0/quantity", false),
];

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
    let (expected, found) = (json!(model), json!(found));
    for (path, optional) in FIELDS {
        let [expected, found] = [&expected, &found].map(|value| value.pointer(path));
        let [at, found_at] = [expected, found].map(moment);
        let is_same = match at {
            Some(_) => strictness.is_same(at, found_at, optional),
            None => expected == found,
        };
        if !is_same {
            let field = path.trim_start_matches('/').replace('/', ".");
            return Some(Difference::new(field, shown(expected), shown(found)));
        }
    }
    let (expected, found) = (discounts(&expected), discounts(&found));
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

fn moment(value: Option<&Value>) -> Option<Timestamp> {
    value?.as_str()?.parse().ok()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Dates {
    coupon: String,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

fn discounts(subscription: &Value) -> Vec<Dates> {
    let all = subscription.get("discounts").and_then(Value::as_array);
    let mut dates: Vec<Dates> = all
        .into_iter()
        .flatten()
        .map(|discount| Dates {
            coupon: discount
                .pointer("/coupon/id")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            start: moment(discount.get("start")),
            end: moment(discount.get("end")),
        })
        .collect();
    dates.sort();
    dates
}

fn list(discounts: &[Dates]) -> String {
    let one = |dates: &Dates| {
        let moment = |at: Option<Timestamp>| at.map_or("…".to_owned(), |at| at.to_string());
        let (start, end) = (moment(dates.start), moment(dates.end));
        format!("{} from {start} to {end}", dates.coupon)
    };
    match discounts.is_empty() {
        true => "none".to_owned(),
        false => discounts.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    }
}
