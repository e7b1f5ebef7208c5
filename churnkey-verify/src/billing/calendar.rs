//! Billing days and the ends of billing cycles, by the UTC calendar.

use churnkey_runtime::model::CycleUnit;
use churnkey_runtime::{BillingCycle, OfferDuration, TimeUnit, Timestamp};

/// The day of the month, from 1 to 31.
pub(super) fn day_of_month(at: Timestamp) -> u8 {
    let text = at.to_string();
    text.get(8..10)
        .and_then(|day| day.parse().ok())
        .unwrap_or(1)
}

/// The end of a number of billing cycles from `start`: on the billing day, or on the last day of a
/// month without it (rule 3). `None` after the year 9999.
pub(super) fn end_of_cycles(
    start: Timestamp,
    cycle: BillingCycle,
    cycles: u32,
    billing_day: u8,
) -> Option<Timestamp> {
    let unit = match cycle.unit {
        CycleUnit::Month => TimeUnit::Month,
        CycleUnit::Year => TimeUnit::Year,
    };
    let mut end = start.plus(cycle.amount.checked_mul(cycles)?, unit)?;
    // At most three days are missing: a month has at least 28.
    while day_of_month(end) < billing_day && !is_last_of_month(end) {
        end = end.plus(1, TimeUnit::Day)?;
    }
    Some(end)
}

/// The billing day after a pause (rule 13): whole months keep the day from which they were counted,
/// every other pause sets the day on which it ends.
pub(super) fn billing_day_after_pause(
    start: Timestamp,
    length: Option<OfferDuration>,
    end: Timestamp,
    billing_day: u8,
) -> u8 {
    let is_whole = matches!(
        length,
        Some(OfferDuration::Period {
            unit: TimeUnit::Month | TimeUnit::Year,
            ..
        })
    );
    let day = day_of_month(start);
    match is_whole && length.and_then(|length| length.end_from(start)) == Some(end) {
        true if day < billing_day && is_last_of_month(start) => billing_day,
        true => day,
        false => day_of_month(end),
    }
}

fn is_last_of_month(at: Timestamp) -> bool {
    at.plus(1, TimeUnit::Day)
        .is_none_or(|next| day_of_month(next) == 1)
}

/// The moment a number of milliseconds later, or earlier where the number is negative. The ends of
/// the supported years are not exceeded.
pub(super) fn shifted(at: Timestamp, millis: i64) -> Timestamp {
    let limit = match millis < 0 {
        true => Timestamp::MIN,
        false => Timestamp::MAX,
    };
    let shifted = at.unix_millis().checked_add(millis);
    shifted
        .and_then(Timestamp::from_unix_millis)
        .unwrap_or(limit)
}
