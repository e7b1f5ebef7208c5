//! The bodies of actions, written from the protocol's documentation.

use churnkey::{BillingCycle, OfferDuration, Schedule, TimeUnit};
use serde_json::{Map, Value, json};

use crate::provider::Given;

/// The path of each action under `/churnkey/actions/`, and its known fields.
pub const ACTIONS: [(&str, &[&str]); 7] = [
    (
        "subscription/cancel",
        &["customerId", "subscriptionId", "scheduledAt", "unpause"],
    ),
    ("customer/cancel", &["customerId", "scheduledAt", "unpause"]),
    (
        "subscription/pause",
        &[
            "customerId",
            "subscriptionId",
            "startAt",
            "duration",
            "allowAnnual",
        ],
    ),
    (
        "customer/pause",
        &["customerId", "startAt", "duration", "allowAnnual"],
    ),
    (
        "subscription/apply-coupon",
        &["customerId", "subscriptionId", "id", "coupon"],
    ),
    (
        "subscription/change-price",
        &[
            "customerId",
            "subscriptionId",
            "id",
            "price",
            "scheduledAt",
            "prorate",
        ],
    ),
    (
        "subscription/extend-trial",
        &["customerId", "subscriptionId", "duration"],
    ),
];

/// Encodes a request as the body that Churnkey would send.
pub fn encode(given: &Given) -> Value {
    match given {
        Given::Cancel(request) => json!({
            "customerId": request.customer_id.as_str(),
            "subscriptionId": request.subscription_id.as_str(),
            "scheduledAt": schedule(request.scheduled_at),
            "unpause": request.unpause,
        }),
        Given::CancelAll(request) => json!({
            "customerId": request.customer_id.as_str(),
            "scheduledAt": schedule(request.scheduled_at),
            "unpause": request.unpause,
        }),
        Given::Pause(request) => json!({
            "customerId": request.customer_id.as_str(),
            "subscriptionId": request.subscription_id.as_str(),
            "startAt": schedule(request.start_at),
            "duration": duration(length(request.permit(&BillingCycle::monthly()))),
            "allowAnnual": request.allow_annual,
        }),
        Given::PauseAll(request) => json!({
            "customerId": request.customer_id.as_str(),
            "startAt": schedule(request.start_at),
            "duration": duration(length(request.permit(&BillingCycle::monthly()))),
            "allowAnnual": request.allow_annual,
        }),
        Given::ApplyCoupon(request) => json!({
            "customerId": request.customer_id.as_str(),
            "subscriptionId": request.subscription_id.as_str(),
            "id": request.coupon_id.as_str(),
        }),
        Given::ChangePrice(request) => json!({
            "customerId": request.customer_id.as_str(),
            "subscriptionId": request.subscription_id.as_str(),
            "id": request.price_id.as_str(),
            "scheduledAt": schedule(request.scheduled_at),
            "prorate": request.prorate,
        }),
        Given::ExtendTrial(request) => json!({
            "customerId": request.customer_id.as_str(),
            "subscriptionId": request.subscription_id.as_str(),
            "duration": duration(request.duration),
        }),
        Given::Read { .. } => panic!("a read has no body"),
    }
}

/// The length of a pause, which a monthly cycle permits.
fn length(permitted: churnkey::Result<OfferDuration>) -> OfferDuration {
    permitted.unwrap_or_else(|error| panic!("a monthly subscription may be paused: {error}"))
}

fn schedule(schedule: Schedule) -> &'static str {
    match schedule {
        Schedule::Immediate => "immediate",
        Schedule::EndOfPeriod => "end-of-period",
    }
}

pub fn duration(duration: OfferDuration) -> Value {
    match duration {
        OfferDuration::Period { amount, unit } => {
            json!({ "type": "period", "amount": amount, "unit": word(unit) })
        }
        OfferDuration::Date(date) => json!({ "type": "date", "date": date.to_string() }),
    }
}

/// Returns a unit's name in JSON.
pub fn word(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Year => "year",
    }
}

/// Checks that the options of [`Sparing`](crate::provider::Sparing) allow a request.
pub fn sparing_offers(given: &Given) -> bool {
    match given {
        Given::Cancel(request) => request.scheduled_at == Schedule::Immediate,
        Given::CancelAll(request) => request.scheduled_at == Schedule::Immediate,
        Given::Pause(request) => {
            request.start_at == Schedule::EndOfPeriod
                && matches!(
                    length(request.permit(&BillingCycle::monthly())),
                    OfferDuration::Date(_)
                )
                && request.allow_annual != Some(true)
        }
        Given::PauseAll(request) => {
            request.start_at == Schedule::EndOfPeriod
                && matches!(
                    length(request.permit(&BillingCycle::monthly())),
                    OfferDuration::Date(_)
                )
                && request.allow_annual != Some(true)
        }
        Given::ApplyCoupon(_) => true,
        Given::ChangePrice(request) => {
            request.scheduled_at == Schedule::EndOfPeriod && request.prorate != Some(true)
        }
        Given::ExtendTrial(request) => matches!(request.duration, OfferDuration::Period { .. }),
        Given::Read { .. } => panic!("a read has no options"),
    }
}

/// Returns equivalent forms of a body: with the fields in reverse order, with an unknown field and
/// `null` for absent fields, and without the fields that are `null`.
pub fn rewritten(fields: &Map<String, Value>, known: &[&str]) -> [String; 3] {
    let backwards: Vec<_> = fields.iter().rev().collect();
    let mut padded = vec![(
        String::from("x-unknown"),
        json!({ "deep": [1, null, "id"] }),
    )];
    padded.extend(fields.clone());
    padded.extend(
        known
            .iter()
            .filter(|field| !fields.contains_key(**field))
            .map(|field| ((*field).to_owned(), Value::Null)),
    );
    let bare = fields.iter().filter(|(_, field)| !field.is_null());
    [
        object(backwards),
        object(padded.iter().map(|(name, field)| (name, field))),
        object(bare),
    ]
}

/// Serialises an object without a map, which would sort its fields.
fn object<'f>(fields: impl IntoIterator<Item = (&'f String, &'f Value)>) -> String {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, field)| format!(" {} :\t{field}", json!(name)))
        .collect();
    format!("{{{}\n}}", fields.join(","))
}
