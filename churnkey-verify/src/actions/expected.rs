//! The fields that an action leaves as they are.

use serde_json::Value;

use super::effect::{Effect, Mismatch};
use super::moment::shown;
use super::subscription::{date, list, state};
use crate::printable::tame;

const UNCHANGED: &str =
    "Change only what the action is for, and leave all other fields of the subscription.";

fn fix_of_cycle(effect: &Effect) -> &'static str {
    match effect {
        Effect::HasPrice(_) => "Take the billing cycle of the subscription from its new price.",
        _ => UNCHANGED,
    }
}

/// The first field that differs although the effect does not include it.
pub(super) fn side_effect(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    same(before, after, "/start", "the start of the subscription")
        .or_else(|| cycle(effect, before, after))
        .or_else(|| items(effect, before, after))
        .or_else(|| discounts(effect, before, after))
        .or_else(|| status(effect, before, after))
}

fn cycle(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    let expected = match effect {
        Effect::HasPrice(price) => &price["duration"],
        _ => &before["duration"],
    };
    let words = |cycle: &Value| {
        let unit = cycle["unit"].as_str().unwrap_or_default();
        format!("a billing cycle of {} {unit}", cycle["amount"])
    };
    let found = &after["duration"];
    let is_same = expected["unit"] == found["unit"] && expected["amount"] == found["amount"];
    (!is_same).then(|| Mismatch {
        expected: words(expected),
        found: words(found),
        fix: Some(fix_of_cycle(effect)),
    })
}

/// The id of the price and the quantity of each item, sorted.
fn parts(item: &Value) -> Vec<(String, String)> {
    let part = |part: &Value| {
        let price = part.pointer("/price/id").and_then(Value::as_str);
        (
            tame(price.unwrap_or_default()),
            part["quantity"].to_string(),
        )
    };
    let mut parts: Vec<_> = list(item, "items").map(part).collect();
    parts.sort();
    parts
}

fn items(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    let (had, has) = (parts(before), parts(after));
    let mut expected = had.clone();
    if let Effect::HasPrice(price) = effect {
        // Which of several items has another price is not specified.
        let [(id, _)] = expected.as_mut_slice() else {
            return None;
        };
        *id = tame(price["id"].as_str().unwrap_or_default());
    }
    let words = |parts: &[(String, String)]| {
        let words = parts
            .iter()
            .map(|(price, quantity)| format!("{quantity} × {price}"));
        format!("the items {}", words.collect::<Vec<_>>().join(", "))
    };
    (expected != has).then(|| Mismatch {
        expected: words(&expected),
        found: words(&has),
        fix: Some(UNCHANGED),
    })
}

fn discounts(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    let coupons = |item: &Value| {
        let ids = list(item, "discounts").filter_map(|discount| discount.pointer("/coupon/id"));
        let mut ids: Vec<_> = ids.filter_map(Value::as_str).map(tame).collect();
        ids.sort();
        ids
    };
    let mut expected = coupons(before);
    let has = coupons(after);
    match effect {
        Effect::HasCoupon(coupon) => {
            let id = tame(coupon["id"].as_str().unwrap_or_default());
            if !expected.contains(&id) {
                expected.push(id);
                expected.sort();
            }
        }
        // A canceled subscription needs no discounts.
        Effect::Canceled if has.iter().all(|id| expected.contains(id)) => return None,
        _ => {}
    }
    let words = |ids: &[String]| match ids {
        [] => "no discount".to_owned(),
        ids => format!("discounts of {}", ids.join(", ")),
    };
    (expected != has).then(|| Mismatch {
        expected: words(&expected),
        found: words(&has),
        fix: Some(UNCHANGED),
    })
}

fn status(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    match effect {
        Effect::Canceled | Effect::PausedForMonths(_) | Effect::PausedUntil(_) => None,
        Effect::CanceledLater { .. } | Effect::PausedLater => None,
        Effect::TrialMonthsLonger(_) | Effect::TrialUntil(_) => {
            same_state(before, after).or_else(|| {
                same(
                    before,
                    after,
                    "/status/trial/start",
                    "the start of the trial",
                )
            })
        }
        Effect::HasPrice(_) => same_state(before, after)
            .or_else(|| same(before, after, "/status/trial/end", "the end of the trial")),
        Effect::HasCoupon(_) | Effect::PriceLater => same_state(before, after)
            .or_else(|| same(before, after, "/status/trial/end", "the end of the trial"))
            .or_else(|| {
                same(
                    before,
                    after,
                    "/status/currentPeriod/end",
                    "the end of the period",
                )
            }),
    }
}

fn same_state(before: &Value, after: &Value) -> Option<Mismatch> {
    (state(before) != state(after)).then(|| Mismatch {
        expected: format!("the status `{}`", state(before)),
        found: format!("the status `{}`", state(after)),
        fix: Some(UNCHANGED),
    })
}

fn same(before: &Value, after: &Value, pointer: &str, name: &str) -> Option<Mismatch> {
    (date(before, pointer) != date(after, pointer)).then(|| Mismatch {
        expected: format!("{name} as before: {}", shown(before, pointer)),
        found: shown(after, pointer),
        fix: Some(UNCHANGED),
    })
}
