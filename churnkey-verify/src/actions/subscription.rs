//! Facts read from the JSON of a subscription.

use churnkey_runtime::Timestamp;
use serde_json::Value;

/// A day in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

pub(super) fn state(item: &Value) -> &str {
    item["status"]["name"].as_str().unwrap_or_default()
}

/// Returns true if a subscription can be charged, now or after a trial.
pub(super) fn is_running(item: &Value) -> bool {
    matches!(state(item), "active" | "trial")
}

/// Returns true for an annual billing cycle, also for one of twelve months.
pub(super) fn is_annual(item: &Value) -> bool {
    let unit = item["duration"]["unit"].as_str();
    let amount = item["duration"]["amount"].as_u64();
    unit == Some("year") || amount.is_some_and(|amount| amount >= 12)
}

/// The timestamp at a JSON pointer, in milliseconds since 1970.
pub(super) fn date(value: &Value, pointer: &str) -> Option<i64> {
    let text = value.pointer(pointer)?.as_str()?;
    Some(text.parse::<Timestamp>().ok()?.unix_millis())
}

pub(super) fn list<'v>(item: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    let items = item.get(name).and_then(Value::as_array);
    items.into_iter().flatten()
}
