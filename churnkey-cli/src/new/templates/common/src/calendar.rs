//! Billing days and the ends of billing cycles, by the UTC calendar.

use churnkey::model::CycleUnit;
use churnkey::{BillingCycle, TimeUnit, Timestamp};

use crate::subscription::Pause;

/// The day of the month, from 1 to 31.
pub(crate) fn day_of_month(at: Timestamp) -> i16 {
    // 2026-05-01T00:00:00.000Z
    let text = at.to_string();
    text.get(8..10)
        .and_then(|day| day.parse().ok())
        .unwrap_or(1)
}

/// The end of a billing cycle: on the billing day, or on the last day of a month without it.
///
/// Counting from the previous end alone would move the billing day to the 28th for good after a
/// short month.
pub(crate) fn end_of_cycle(start: Timestamp, cycle: BillingCycle, billing_day: i16) -> Timestamp {
    let unit = match cycle.unit {
        CycleUnit::Month => TimeUnit::Month,
        CycleUnit::Year => TimeUnit::Year,
    };
    let mut end = start.plus(cycle.amount, unit).unwrap_or(Timestamp::MAX);
    while day_of_month(end) < billing_day && !is_last_of_month(end) {
        end = end.plus(1, TimeUnit::Day).unwrap_or(Timestamp::MAX);
    }
    end
}

/// The billing day after a pause that ends at `at`. A pause of whole months keeps the day from
/// which it was counted; every other pause sets the day on which it ends.
pub(crate) fn billing_day_after(pause: Pause, at: Timestamp, billing_day: i16) -> i16 {
    if at != pause.end || !is_whole_months(pause) {
        return day_of_month(at);
    }
    let day = day_of_month(pause.start);
    match day < billing_day && is_last_of_month(pause.start) {
        true => billing_day,
        false => day,
    }
}

fn is_whole_months(pause: Pause) -> bool {
    let mut ends = (1..).map_while(|months| pause.start.plus(months, TimeUnit::Month));
    ends.find(|end| *end >= pause.end) == Some(pause.end)
}

fn is_last_of_month(at: Timestamp) -> bool {
    let next = at.plus(1, TimeUnit::Day);
    next.is_none_or(|next| day_of_month(next) == 1)
}
