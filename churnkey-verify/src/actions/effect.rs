//! The expected effects of actions, and the comparison with the actual ones.

use serde_json::Value;

use super::subscription::{DAY, date, state};
use crate::model;
use crate::module::Module;
use crate::printable::tame;
use crate::read::id;

/// The expected effect of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Canceled,
    PausedForMonths(u32),
    /// The end in milliseconds since 1970.
    PausedUntil(i64),
    /// The subscription has one discount of the coupon, even after a repetition.
    HasCoupon(String),
    HasPrice(String),
    TrialMonthsLonger(u32),
    /// The end in milliseconds since 1970.
    TrialUntil(i64),
    /// The change takes effect at the end of the period. The protocol does not specify how a
    /// subscription shows it until then.
    Later,
}

/// An expected and an actual value that differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) expected: String,
    pub(super) found: String,
}

/// The mismatch of the first subscription without the expected effect.
pub(super) fn first_mismatch(
    effect: &Effect,
    before: &[Value],
    after: &[Value],
) -> Option<Mismatch> {
    let mut pairs = before.iter().zip(after);
    pairs.find_map(|(before, after)| mismatch(effect, before, after))
}

/// Returns true if every subscription without the effect is unchanged.
///
/// A provider may skip a subscription for a reason that the document does not show, such as a
/// scheduled cancellation.
pub(super) fn is_only_left_out(effect: &Effect, before: &[Value], after: &[Value]) -> bool {
    let mut pairs = before.iter().zip(after);
    pairs.all(|(before, after)| {
        mismatch(effect, before, after).is_none() || changes(before, after).is_none()
    })
}

fn mismatch(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    let expect = |holds: bool, expected: &str, found: String| {
        (!holds).then(|| Mismatch {
            expected: expected.to_owned(),
            found,
        })
    };
    let has_status = |name: &str| {
        let found = format!("the status `{}`", state(after));
        expect(state(after) == name, &format!("the status `{name}`"), found)
    };
    match effect {
        Effect::Later => None,
        Effect::Canceled => has_status("canceled"),
        Effect::PausedForMonths(months) => has_status("paused").or_else(|| {
            let days = days_between(
                date(after, "/status/pause/start"),
                date(after, "/status/pause/end"),
            );
            let expected = format!("a pause of {}", in_months(*months));
            expect(is_months(days, *months), &expected, in_days(days))
        }),
        Effect::PausedUntil(end) => has_status("paused").or_else(|| {
            let days = days_between(Some(*end), date(after, "/status/pause/end"));
            let found = match days {
                Some(days) => format!("an end {}", difference(days)),
                None => "no end".to_owned(),
            };
            expect(is_the_day(days), "a pause until the requested date", found)
        }),
        Effect::HasCoupon(coupon) => {
            let count = |item: &Value| {
                let discounts = item
                    .get("discounts")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten();
                discounts
                    .filter(|discount| {
                        discount
                            .pointer("/coupon/id")
                            .is_some_and(|id| id == coupon)
                    })
                    .count()
            };
            let found = match count(after) {
                0 => "no discount of the coupon".to_owned(),
                count => format!("{count} discounts of the coupon"),
            };
            expect(count(after) == 1, "one discount of the coupon", found)
        }
        Effect::HasPrice(price) => {
            let items = after
                .get("items")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let count = items
                .filter(|item| item.pointer("/price/id").is_some_and(|id| id == price))
                .count();
            let found = match count {
                0 => "no item with the new price".to_owned(),
                count => format!("{count} items with the new price"),
            };
            let was_alone = before
                .get("items")
                .and_then(Value::as_array)
                .is_some_and(|items| items.len() == 1);
            expect(
                count == 1 || count > 1 && !was_alone,
                "an item with the new price",
                found,
            )
        }
        Effect::TrialMonthsLonger(months) => {
            let days = days_between(
                date(before, "/status/trial/end"),
                date(after, "/status/trial/end"),
            );
            let expected = format!("a trial that ends {} later", in_months(*months));
            expect(is_months(days, *months), &expected, in_days(days))
        }
        Effect::TrialUntil(end) => {
            let days = days_between(Some(*end), date(after, "/status/trial/end"));
            let found = match days {
                Some(days) => format!("an end {}", difference(days)),
                None => "no trial".to_owned(),
            };
            expect(is_the_day(days), "a trial until the requested date", found)
        }
    }
}

fn days_between(start: Option<i64>, end: Option<i64>) -> Option<i64> {
    // Rounds to the nearest day.
    Some((end? - start?).div_euclid(DAY / 2).div_euclid(2))
}

/// Compares days with calendar months of 28 to 31 days. A provider may round to whole days.
fn is_months(days: Option<i64>, months: u32) -> bool {
    let months = i64::from(months);
    days.is_some_and(|days| (28 * months - 1..=31 * months + 1).contains(&days))
}

fn in_months(months: u32) -> String {
    match months {
        1 => "one month".to_owned(),
        months => format!("{months} months"),
    }
}

/// A provider may round to whole days.
fn is_the_day(days: Option<i64>) -> bool {
    days.is_some_and(|days| (-1..=1).contains(&days))
}

fn in_days(days: Option<i64>) -> String {
    match days {
        Some(0) => "0 days".to_owned(),
        Some(days) => format!("{days} days"),
        None => "no end".to_owned(),
    }
}

fn difference(days: i64) -> String {
    match days < 0 {
        true => format!("{} days earlier", -days),
        false => format!("{days} days later"),
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
pub(super) fn changes(before: &Value, after: &Value) -> Option<String> {
    // A company may write its own data, such as the time of the last request, into `metadata`.
    let [bare_before, bare_after] = [before, after].map(|item| {
        let mut bare = item.clone();
        if let Some(fields) = bare.as_object_mut() {
            fields.remove("metadata");
        }
        bare
    });
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
        ("coupon", "discounts", "/coupon/id"),
    ] {
        let (had, has) = (ids(before, list, pointer), ids(after, list, pointer));
        if had != has {
            changed.push(format!("{name}: {had} → {has}"));
        }
    }
    if changed.is_empty() {
        changed.push(format!("another field of {}", tame(id(after))));
    }
    Some(changed.join(", "))
}

fn shown(value: &Value, pointer: &str) -> String {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map_or("none".to_owned(), tame)
}

fn ids(item: &Value, list: &str, pointer: &str) -> String {
    let parts = item
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let ids: Vec<_> = parts
        .filter_map(|part| part.pointer(pointer)?.as_str())
        .map(tame)
        .collect();
    match ids.is_empty() {
        true => "none".to_owned(),
        false => ids.join(" and "),
    }
}

#[cfg(test)]
mod tests;
