//! The expected effects of actions, and the comparison with the actual ones.

use churnkey_runtime::Timestamp;
use serde_json::Value;

use super::moment::{difference, is_months_later, is_near, is_now, is_the_moment, shown};
use super::subscription::{date, list, state};
use crate::model;
use crate::module::Module;
use crate::printable::tame;
use crate::read::id;

/// The expected effect of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    Canceled,
    /// Canceled at the end of the period.
    CanceledLater {
        /// A pause ends at once.
        unpauses: bool,
    },
    PausedForMonths(u32),
    /// The end in milliseconds since 1970.
    PausedUntil(i64),
    /// Paused from the end of the period.
    PausedLater,
    /// The subscription has one discount of the coupon, even after a repetition.
    HasCoupon(Value),
    HasPrice(Value),
    /// Another price from the end of the period.
    PriceLater,
    TrialMonthsLonger(u32),
    /// The end in milliseconds since 1970.
    TrialUntil(i64),
}

impl Effect {
    /// Returns true if the change takes effect at the end of the period.
    ///
    /// The protocol does not specify how a subscription shows it until then.
    pub(super) fn is_later(&self) -> bool {
        matches!(
            self,
            Self::CanceledLater { .. } | Self::PausedLater | Self::PriceLater
        )
    }
}

/// An expected and an actual value that differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) expected: String,
    pub(super) found: String,
    /// The fix, in place of the one of the check.
    pub(super) fix: Option<&'static str>,
}

/// A new price that is not the one of the price controller.
pub(super) const OTHER_PRICE: &str = "another price with the same id";
const AT_THE_END: &str =
    "Schedule the change for the end of the period, and leave the status until then.";
const DURATION: &str = "Count the requested duration from the right moment, in calendar months, \
                        and take a date as it is, in UTC.";
const NOW: &str = "Apply the change at once, and write the present time in UTC.";

fn expect(holds: bool, expected: &str, found: impl Into<String>) -> Option<Mismatch> {
    (!holds).then(|| Mismatch {
        expected: expected.to_owned(),
        found: found.into(),
        fix: None,
    })
}

fn with_fix(mismatch: Option<Mismatch>, fix: &'static str) -> Option<Mismatch> {
    mismatch.map(|mismatch| Mismatch {
        fix: Some(fix),
        ..mismatch
    })
}

/// The mismatch of what an action is for.
pub(super) fn main_effect(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    let has_status = |name: &str| {
        let found = format!("the status `{}`", state(after));
        expect(state(after) == name, &format!("the status `{name}`"), found)
    };
    match effect {
        Effect::Canceled => has_status("canceled").or_else(|| {
            let at = date(after, "/status/canceledAt");
            let found = shown(after, "/status/canceledAt");
            let is_right = at.is_none_or(|at| is_now(at, before));
            with_fix(expect(is_right, "a cancellation now", found), NOW)
        }),
        Effect::CanceledLater { unpauses } => {
            // An action on all subscriptions of a customer may end a pause, too.
            let has_resumed = state(before) == "paused" && state(after) == "active";
            let was_running = match *unpauses || has_resumed {
                true => "active",
                false => state(before),
            };
            let is_ahead =
                |end| date(after, "/status/canceledAt").is_some_and(|at| is_near(at, end));
            later(before, after, was_running, "canceled", is_ahead)
        }
        Effect::PausedForMonths(months) => has_status("paused").or_else(|| {
            let start = date(after, "/status/pause/start");
            let late = expect(
                start.is_none_or(|start| is_now(start, before)),
                "a pause from now on",
                shown(after, "/status/pause/start"),
            );
            with_fix(late, NOW).or_else(|| {
                let expected = format!("a pause of {}", in_months(*months));
                is_longer(start, date(after, "/status/pause/end"), *months, &expected)
            })
        }),
        Effect::PausedUntil(end) => has_status("paused").or_else(|| {
            let found = date(after, "/status/pause/end");
            is_until(*end, found, "a pause until the requested date")
        }),
        Effect::PausedLater => {
            let is_ahead =
                |end| date(after, "/status/pause/start").is_some_and(|start| is_near(start, end));
            later(before, after, state(before), "paused", is_ahead)
        }
        Effect::HasCoupon(coupon) => has_coupon(coupon, before, after),
        Effect::HasPrice(price) => {
            let has = |item: &&Value| item.pointer("/price/id") == price.get("id");
            let found = match list(after, "items").filter(has).count() {
                0 => "no item with the new price".to_owned(),
                count => format!("{count} items with the new price"),
            };
            let holds = list(after, "items").any(|item| has(&item));
            let has_amount = |item: &Value| match item.get("price") {
                Some(other) => model::same(Module::Prices, other, price),
                None => false,
            };
            let is_charged = list(after, "items").filter(has).all(has_amount);
            expect(holds, "an item with the new price", found).or_else(|| {
                let expected = "the price under /churnkey/prices";
                expect(is_charged, expected, OTHER_PRICE)
            })
        }
        Effect::PriceLater => None,
        Effect::TrialMonthsLonger(months) => {
            let expected = format!("a trial that ends {} later", in_months(*months));
            let end = |item| date(item, "/status/trial/end");
            is_longer(end(before), end(after), *months, &expected)
        }
        Effect::TrialUntil(end) => {
            let found = date(after, "/status/trial/end");
            is_until(*end, found, "a trial until the requested date")
        }
    }
}

/// The mismatch of a change at the end of the period.
///
/// A provider may show the later status already, with the moment at which it begins. If there is no
/// period that can end, it may apply the change at once.
fn later(
    before: &Value,
    after: &Value,
    until_then: &str,
    then: &str,
    is_ahead: impl Fn(i64) -> bool,
) -> Option<Mismatch> {
    let has_ended = |end: i64| end <= Timestamp::now().unix_millis();
    let end = date(before, "/status/currentPeriod/end").filter(|end| !has_ended(*end));
    let holds = state(after) == until_then
        || state(after) == then && end.is_none_or(is_ahead)
        || end.is_none() && state(after) == state(before);
    let expected = format!("the status `{until_then}` until the end of the period");
    let found = format!("the status `{}` at once", state(after));
    with_fix(expect(holds, &expected, found), AT_THE_END)
}

fn has_coupon(coupon: &Value, before: &Value, after: &Value) -> Option<Mismatch> {
    let of_it = |item: &'_ Value| -> Vec<Value> {
        let discounts = list(item, "discounts");
        discounts
            .filter(|discount| discount.pointer("/coupon/id") == coupon.get("id"))
            .cloned()
            .collect()
    };
    let applied = of_it(after);
    let found = match applied.len() {
        0 => "no discount of the coupon".to_owned(),
        count => format!("{count} discounts of the coupon"),
    };
    let Some(discount) = applied.first().filter(|_| applied.len() == 1) else {
        return expect(false, "one discount of the coupon", found);
    };
    let is_over = |end: i64| end <= Timestamp::now().unix_millis();
    let terms = ["value", "duration"].map(|name| discount["coupon"][name] == coupon[name]);
    let is_other = of_it(before).is_empty() && terms.contains(&false);
    let found = "another value or duration in the discount";
    expect(!is_other, "the value and the duration of the coupon", found).or_else(|| {
        let found = shown(discount, "/end");
        let start = date(discount, "/start");
        let has_ended = |end| start.map_or_else(|| is_over(end), |start| end <= start);
        let holds = !date(discount, "/end").is_some_and(has_ended);
        expect(holds, "a discount that has not ended", found)
    })
}

fn is_longer(from: Option<i64>, to: Option<i64>, months: u32, expected: &str) -> Option<Mismatch> {
    let mismatch = match (from, to) {
        (Some(from), Some(to)) => expect(
            is_months_later(from, to, months),
            expected,
            difference(from, to),
        ),
        _ => expect(false, expected, "no end"),
    };
    with_fix(mismatch, DURATION)
}

fn is_until(requested: i64, end: Option<i64>, expected: &str) -> Option<Mismatch> {
    let mismatch = match end {
        Some(end) => expect(
            is_the_moment(requested, end),
            expected,
            format!("an end {}", difference(requested, end)),
        ),
        None => expect(false, expected, "no end"),
    };
    with_fix(mismatch, DURATION)
}

fn in_months(months: u32) -> String {
    match months {
        1 => "one month".to_owned(),
        months => format!("{months} months"),
    }
}

/// The changes of subscriptions between two readings, in words.
pub(super) fn differences(before: &[Value], after: &[Value]) -> Option<String> {
    let changed = before
        .iter()
        .zip(after)
        .filter_map(|(before, after)| changes(before, after));
    let changed: Vec<_> = changed.collect();
    (!changed.is_empty()).then(|| changed.join("; "))
}

/// The changes of a subscription, in words.
pub(crate) fn changes(before: &Value, after: &Value) -> Option<String> {
    let [bare_before, bare_after] = [before, after].map(bare);
    if model::same(Module::Subscriptions, &bare_before, &bare_after) {
        return None;
    }
    let mut changed = Vec::new();
    if state(before) != state(after) {
        changed.push(format!("status: {} → {}", state(before), state(after)));
    }
    let dates = [
        ("canceled at", "/status/canceledAt"),
        ("start of the pause", "/status/pause/start"),
        ("end of the pause", "/status/pause/end"),
        ("end of the trial", "/status/trial/end"),
        ("end of the period", "/status/currentPeriod/end"),
    ];
    for (name, pointer) in dates {
        if date(before, pointer) != date(after, pointer) {
            changed.push(format!(
                "{name}: {} → {}",
                shown(before, pointer),
                shown(after, pointer)
            ));
        }
    }
    for (name, list, pointer) in [
        ("price", "items", "/price/id"),
        ("quantity", "items", "/quantity"),
        ("coupon", "discounts", "/coupon/id"),
    ] {
        let (had, has) = (parts(before, list, pointer), parts(after, list, pointer));
        if had != has {
            changed.push(format!("{name}: {had} → {has}"));
        }
    }
    if before["duration"] != after["duration"] {
        changed.push("another billing cycle".to_owned());
    }
    if changed.is_empty() {
        changed.push(format!("another field of {}", tame(id(after))));
    }
    Some(changed.join(", "))
}

/// A subscription without what can change for other reasons.
fn bare(item: &Value) -> Value {
    let mut bare = item.clone();
    if let Some(fields) = bare.as_object_mut() {
        // A company may write its own data, such as the time of the last request.
        fields.remove("metadata");
    }
    // Another subscription may have redeemed the coupon.
    let discounts = bare.get_mut("discounts").and_then(Value::as_array_mut);
    for discount in discounts.into_iter().flatten() {
        if let Some(coupon) = discount.get_mut("coupon").and_then(Value::as_object_mut) {
            coupon.remove("redemptions");
        }
    }
    bare
}

fn parts(item: &Value, name: &str, pointer: &str) -> String {
    let parts = list(item, name).filter_map(|part| match part.pointer(pointer)? {
        Value::String(id) => Some(tame(id)),
        number => Some(number.to_string()),
    });
    let parts: Vec<_> = parts.collect();
    match parts.is_empty() {
        true => "none".to_owned(),
        false => parts.join(" and "),
    }
}
