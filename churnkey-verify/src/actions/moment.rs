//! Comparison of moments, with the tolerance that clocks and calendars need.

use churnkey_runtime::{TimeUnit, Timestamp};
use serde_json::Value;

use super::subscription::{DAY, date};
use crate::printable::tame;

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;

/// Returns true for this moment. A company may write only the day of it.
///
/// A provider under test may have a clock of its own, which shows another moment of the present
/// period. A date that the subscription had before is no clock. Neither is a moment that is some
/// quarters of an hour or some days from now, as a wrong time zone or a wrong schedule leads to.
pub(super) fn is_now(moment: i64, before: &Value) -> bool {
    const QUARTER: i64 = 15 * MINUTE;
    let offset = moment - Timestamp::now().unix_millis();
    if offset.abs() <= 10 * MINUTE || moment.rem_euclid(DAY) == 0 && offset.abs() <= DAY {
        return true;
    }
    let [start, end] =
        ["start", "end"].map(|name| date(before, &format!("/status/currentPeriod/{name}")));
    let is_in_period = match (start, end) {
        (Some(start), Some(end)) => (start..end).contains(&moment),
        _ => offset.abs() <= DAY,
    };
    let from_quarter = (offset + QUARTER / 2).rem_euclid(QUARTER) - QUARTER / 2;
    is_in_period && from_quarter.abs() > 3 * 1000 && !has_date(before, moment)
}

/// Returns true if a period of a subscription begins or ends at a moment.
fn has_date(subscription: &Value, moment: i64) -> bool {
    let dates = [
        "/start",
        "/status/currentPeriod/start",
        "/status/currentPeriod/end",
        "/status/trial/start",
        "/status/trial/end",
        "/status/pause/end",
    ];
    let mut dates = dates
        .iter()
        .filter_map(|pointer| date(subscription, pointer));
    dates.any(|date| (date - moment).abs() <= MINUTE)
}

/// Returns true for the requested moment.
pub(super) fn is_the_moment(requested: i64, found: i64) -> bool {
    (requested - found).abs() <= MINUTE
}

/// Returns true if two moments are on the same or on neighboring days.
pub(super) fn is_near(one: i64, other: i64) -> bool {
    (one - other).abs() <= DAY
}

/// Returns true if a moment is some months after another one.
///
/// A month is one of the calendar or 30 days. After the 28th, a calendar without the day may go on
/// into the next month.
pub(super) fn is_months_later(from: i64, to: i64, months: u32) -> bool {
    let days = days_between(from, to);
    let calendar = Timestamp::from_unix_millis(from)
        .and_then(|start| start.plus(months, TimeUnit::Month))
        .map(|end| days_between(from, end.unix_millis()));
    let is_month = calendar.is_some_and(|expected| (expected - 1..=expected + 3).contains(&days));
    let fixed = 30 * i64::from(months);
    (is_month || (fixed - 1..=fixed + 1).contains(&days)) && is_at_the_time_of_day(from, to)
}

/// Returns true if two moments have the same time of day, or the later one is rounded to a day.
fn is_at_the_time_of_day(from: i64, to: i64) -> bool {
    const QUARTER: i64 = 15 * MINUTE;
    let apart = (to - from).rem_euclid(DAY);
    // An hour more or less is daylight saving time.
    let is_same = apart <= HOUR + MINUTE || apart >= DAY - HOUR - MINUTE;
    let is_midnight = (to + 1000).rem_euclid(DAY) <= 1000;
    // Midnight in another time zone is on a quarter of an hour.
    let is_rounded = from.rem_euclid(QUARTER) != 0 && to.rem_euclid(QUARTER) == 0;
    is_same || is_midnight || is_rounded
}

/// The days between two moments, rounded to the nearest.
pub(super) fn days_between(from: i64, to: i64) -> i64 {
    (to - from).div_euclid(DAY / 2).div_euclid(2)
}

/// A difference in words, such as `2 days and 3 hours later`.
pub(super) fn difference(from: i64, to: i64) -> String {
    let later = if to < from { "earlier" } else { "later" };
    match (to - from).abs() {
        0 => "no time later".to_owned(),
        apart if apart < MINUTE => format!("{} seconds {later}", apart / 1000),
        apart if apart < 2 * HOUR => format!("{} minutes {later}", apart / MINUTE),
        apart if apart < 2 * DAY => format!("{} hours {later}", apart / HOUR),
        apart if apart % DAY < HOUR => format!("{} days {later}", apart / DAY),
        apart => format!(
            "{} days and {} hours {later}",
            apart / DAY,
            apart % DAY / HOUR
        ),
    }
}

/// A date at a pointer, as received.
pub(super) fn shown(value: &Value, pointer: &str) -> String {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.map_or("none".to_owned(), tame)
}
