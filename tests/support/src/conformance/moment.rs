//! Dates in the form of the protocol, in milliseconds since 1970.

use std::time::{SystemTime, UNIX_EPOCH};

pub const DAY: i64 = 24 * 60 * 60 * 1000;

pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.expect("a clock after 1970").as_millis();
    i64::try_from(millis).expect("a clock before the year 292 million")
}

/// Parses `2026-05-01T00:00:00.000Z` and no other form, and only a date that exists.
pub fn read(text: &str) -> Option<i64> {
    let form: String = text
        .chars()
        .map(|char| if char.is_ascii_digit() { '0' } else { char })
        .collect();
    if form != "0000-00-00T00:00:00.000Z" {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let exists = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let seconds = (hour * 60 + minute) * 60 + second;
    exists.then(|| {
        days_since_1970(year, month, day) * DAY + seconds * 1000 + number(20, 23).unwrap_or(0)
    })
}

pub fn write(moment: i64) -> String {
    let (year, month, day) = calendar(moment.div_euclid(DAY));
    let millis = moment.rem_euclid(DAY);
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{millis:03}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Adds a period. Months end on their last day if the day does not exist.
pub fn later(moment: i64, amount: i64, unit: &str) -> i64 {
    let months = match unit {
        "day" => return moment + amount * DAY,
        "week" => return moment + amount * 7 * DAY,
        "month" => amount,
        "year" => amount * 12,
        _ => panic!("no unit of the protocol: {unit}"),
    };
    let (year, month, day) = calendar(moment.div_euclid(DAY));
    let month = year * 12 + month - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let day = day.min(days_in(year, month));
    days_since_1970(year, month, day) * DAY + moment.rem_euclid(DAY)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // In a year that begins in March, the leap day is the last day.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + (153 * month + 2) / 5 + day - 1 - 719_468
}

fn calendar(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days / 366;
    while days_since_1970(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_since_1970(year, month + 1, 1) <= days {
        month += 1;
    }
    (year, month, days - days_since_1970(year, month, 1) + 1)
}

#[test]
fn dates_follow_the_calendar() {
    let leap_day = read("2028-02-29T23:59:59.999Z").unwrap();
    assert_eq!(leap_day, 1_835_481_599_999);
    assert_eq!(write(leap_day), "2028-02-29T23:59:59.999Z");
    assert_eq!(
        write(later(leap_day, 1, "year")),
        "2029-02-28T23:59:59.999Z"
    );
    assert_eq!(
        write(later(leap_day, 11, "month")),
        "2029-01-29T23:59:59.999Z"
    );
    assert_eq!(write(later(leap_day, 1, "day")), "2028-03-01T23:59:59.999Z");
    for wrong in [
        "2027-02-29T00:00:00.000Z",
        "2027-01-01T00:00:00Z",
        "2027-01-01T24:00:00.000Z",
        "2027-01-01T00:00:00.000+00:00",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}
