//! Billing days, and the ends of billing cycles, by the UTC calendar.

use churnkey::model::CycleUnit;
use churnkey::{BillingCycle, Error, OfferDuration, Result, TimeUnit, Timestamp};

/// The day of the month, from 1 to 31.
pub(super) fn day_of_month(at: Timestamp) -> Result<u8> {
    // 2026-05-01T00:00:00.000Z
    let text = at.to_string();
    let day = text.get(8..10).and_then(|day| day.parse().ok());
    day.ok_or_else(|| Error::internal("a timestamp has no day of the month"))
}

/// The end of a number of billing cycles: on the billing day, or on the last day of a month without
/// it. `None` after the year 9999.
///
/// Counting from the previous end alone would permanently move the billing day to the 28th after a
/// short month.
pub(super) fn end_of_cycles(
    start: Timestamp,
    cycle: BillingCycle,
    cycles: u32,
    billing_day: u8,
) -> Result<Option<Timestamp>> {
    let unit = match cycle.unit {
        CycleUnit::Month => TimeUnit::Month,
        CycleUnit::Year => TimeUnit::Year,
    };
    let months = cycle.amount.checked_mul(cycles);
    let Some(mut end) = months.and_then(|amount| start.plus(amount, unit)) else {
        return Ok(None);
    };
    while day_of_month(end)? < billing_day && !is_last_of_month(end)? {
        match end.plus(1, TimeUnit::Day) {
            Some(next) => end = next,
            None => return Ok(None),
        }
    }
    Ok(Some(end))
}

/// The billing day after a pause. A pause of whole months or years keeps the day from which it was
/// counted; every other pause sets the day on which it ends.
pub(super) fn billing_day_after(
    start: Timestamp,
    length: Option<OfferDuration>,
    end: Timestamp,
    billing_day: u8,
) -> Result<u8> {
    let (TimeUnit::Month | TimeUnit::Year) = unit_of(length) else {
        return day_of_month(end);
    };
    if length.and_then(|length| length.end_from(start)) != Some(end) {
        return day_of_month(end);
    }
    let day = day_of_month(start)?;
    if day < billing_day && is_last_of_month(start)? {
        return Ok(billing_day);
    }
    Ok(day)
}

fn unit_of(length: Option<OfferDuration>) -> TimeUnit {
    match length {
        Some(OfferDuration::Period { unit, .. }) => unit,
        _ => TimeUnit::Day,
    }
}

fn is_last_of_month(at: Timestamp) -> Result<bool> {
    match at.plus(1, TimeUnit::Day) {
        Some(next) => Ok(day_of_month(next)? == 1),
        None => Ok(true),
    }
}

/// The milliseconds from one moment to another.
pub(super) fn millis_between(start: Timestamp, end: Timestamp) -> i64 {
    end.unix_millis() - start.unix_millis()
}

/// The moment a number of milliseconds later, or earlier if the number is negative.
pub(super) fn shifted(at: Timestamp, millis: i64) -> Result<Timestamp> {
    Timestamp::from_unix_millis(at.unix_millis() + millis)
        .ok_or_else(|| Error::internal("a billing period would end after the year 9999"))
}
