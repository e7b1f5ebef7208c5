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
const FIELDS: [(&str, bool); 8] = [
    ("/status/name", false),
    ("/status/canceledAt", false),
    ("/status/pause/start", false),
    ("/status/pause/end", true),
    ("/status/currentPeriod", true),
    ("/status/trial", true),
    ("/items/0/price/id", false),
    ("/items/0/quantity", false),
];

/// Compares two subscriptions. What the protocol lets a provider leave out is no difference unless
/// the comparison is exact.
pub(super) fn difference(
    model: &Subscription,
    found: &Subscription,
    exact: bool,
) -> Option<Difference> {
    let (expected, found) = (json!(model), json!(found));
    for (path, optional) in FIELDS {
        let [expected, found] = [&expected, &found].map(|value| value.pointer(path));
        if expected != found && (exact || !optional || found.is_some()) {
            let field = path.trim_start_matches('/').replace('/', ".");
            return Some(Difference::new(field, shown(expected), shown(found)));
        }
    }
    let (expected, found) = (discounts(&expected), discounts(&found));
    let is_same = expected.len() == found.len()
        && expected.iter().zip(&found).all(|(expected, found)| {
            expected.coupon == found.coupon
                && (exact || found.start.is_some()) <= (expected.start == found.start)
                && (exact || found.end.is_some()) <= (expected.end == found.end)
        });
    match is_same {
        true => None,
        false => Some(Difference::new("discounts", list(&expected), list(&found))),
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Dates {
    coupon: String,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

fn discounts(subscription: &Value) -> Vec<Dates> {
    let text = |value: &Value, path: &str| {
        let value = value.pointer(path).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let moment = |value: &Value, path| text(value, path).and_then(|text| text.parse().ok());
    let all = subscription.get("discounts").and_then(Value::as_array);
    let mut dates: Vec<Dates> = all
        .into_iter()
        .flatten()
        .map(|discount| Dates {
            coupon: text(discount, "/coupon/id").unwrap_or_default(),
            start: moment(discount, "/start"),
            end: moment(discount, "/end"),
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
