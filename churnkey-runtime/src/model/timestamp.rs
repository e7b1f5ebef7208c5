mod convert;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::SystemTime;

use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::{SignedDuration, Span};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::time_unit::TimeUnit;
use super::wire;

/// A moment in time to the millisecond, from the year 0000 to the year 9999 in UTC. Protocol:
/// **doc**.
///
/// Its form on the wire is `2026-05-01T00:00:00.000Z`. In input, any offset is accepted. Fractions
/// of a millisecond are cut off on construction, towards the past, so that a moment survives a
/// round trip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
// In UTC. Not a `jiff::Timestamp`, as that ends a day early and `9999-12-31` is a common way to say
// "never".
pub struct Timestamp(DateTime);

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Timestamp {
    /// The first moment of the year 0000.
    pub const MIN: Self = Self(DateTime::constant(0, 1, 1, 0, 0, 0, 0));

    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self(DateTime::constant(9999, 12, 31, 23, 59, 59, 999_000_000));

    /// This moment, by the system's clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// The moment this many seconds after the beginning of 1970, or before it if negative. `None`
    /// is outside the years 0000 to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Self::from_unix(SignedDuration::from_secs(seconds))
    }

    /// The moment this many milliseconds after the beginning of 1970, or before it if negative.
    /// `None` is outside the years 0000 to 9999.
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        Self::from_unix(SignedDuration::from_millis(millis))
    }

    fn from_unix(since_epoch: SignedDuration) -> Option<Self> {
        EPOCH
            .checked_add(since_epoch)
            .ok()
            .and_then(Self::from_civil)
    }

    fn from_civil(utc: DateTime) -> Option<Self> {
        let nanosecond = i32::from(utc.millisecond()) * 1_000_000;
        let floored = utc.with().subsec_nanosecond(nanosecond).build().ok()?;
        (0..=9999)
            .contains(&floored.year())
            .then_some(Self(floored))
    }

    /// Whole seconds since the beginning of 1970, rounded towards the past.
    pub fn unix_seconds(self) -> i64 {
        self.unix_millis().div_euclid(1000)
    }

    /// Milliseconds since the beginning of 1970.
    pub fn unix_millis(self) -> i64 {
        let since_epoch = self.0.duration_since(EPOCH);
        since_epoch.as_secs() * 1000 + i64::from(since_epoch.subsec_millis())
    }

    /// The moment that is `amount` units later by the UTC calendar. `None` is beyond the year 9999.
    ///
    /// A month or a year later is the same day of the month, or its last day if it has no such day:
    /// one month after 31 January is 28 or 29 February.
    pub fn plus(self, amount: u32, unit: TimeUnit) -> Option<Self> {
        let span = Span::new();
        let span = match unit {
            TimeUnit::Day => span.try_days(amount),
            TimeUnit::Week => span.try_weeks(amount),
            TimeUnit::Month => span.try_months(amount),
            TimeUnit::Year => span.try_years(amount),
        };
        let later = self.0.checked_add(span.ok()?).ok()?;
        Self::from_civil(later)
    }
}

impl Timestamp {
    /// The form on the wire, with digits at fixed places. The formatter would need more time for it
    /// than for the rest of a subscription.
    fn text(&self) -> [u8; 24] {
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut put = |places: Range<usize>, mut number: u16| {
            for place in places.rev() {
                text[place] = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0..4, self.0.year().unsigned_abs());
        put(5..7, self.0.month().unsigned_abs().into());
        put(8..10, self.0.day().unsigned_abs().into());
        put(11..13, self.0.hour().unsigned_abs().into());
        put(14..16, self.0.minute().unsigned_abs().into());
        put(17..19, self.0.second().unsigned_abs().into());
        put(20..23, self.0.millisecond().unsigned_abs());
        text
    }
}

impl fmt::Display for Timestamp {
    /// Writes the form on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Reads an RFC 3339 date-time with any offset. A date alone, a missing offset, a day that does
    /// not exist and the other spellings of ISO 8601 are errors.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or(InvalidTimestamp(()))
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    if !is_rfc_3339(text.as_bytes()) {
        return None;
    }
    let leap = is_leap_second(text.as_bytes());
    let text = to_the_nanosecond(text);
    let pieces = Pieces::parse(&*text).ok()?;
    let offset = SignedDuration::from_secs(pieces.to_numeric_offset()?.seconds().into());
    let utc = pieces
        .date()
        .to_datetime(pieces.time()?)
        .checked_sub(offset)
        .ok()?;
    Timestamp::from_civil(if leap { last_of_month(utc)? } else { utc })
}

/// The parser reads the second 60 as 59.
fn is_leap_second(rfc_3339: &[u8]) -> bool {
    rfc_3339.get(17..19) == Some(b"60")
}

/// A leap second is the last one of a month in UTC. The type has no place for it, so it becomes the
/// millisecond before: moments keep their order. Elsewhere there is no second 60.
fn last_of_month(utc: DateTime) -> Option<DateTime> {
    let last = utc
        .last_of_month()
        .with()
        .time(jiff::civil::time(23, 59, 59, 999_000_000))
        .build()
        .ok()?;
    let is_last = utc.date() == last.date() && (utc.hour(), utc.minute()) == (23, 59);
    is_last.then_some(last)
}

/// Shortens the fraction of a second: RFC 3339 allows any number of digits, and the parser reads
/// nine. Only milliseconds are kept.
fn to_the_nanosecond(rfc_3339: &str) -> Cow<'_, str> {
    const LENGTH: usize = "2026-05-01T00:00:00.000000000".len();
    match rfc_3339.rfind(['Z', 'z', '+', '-']) {
        Some(offset) if offset > LENGTH => {
            Cow::Owned([&rfc_3339[..LENGTH], &rfc_3339[offset..]].concat())
        }
        _ => Cow::Borrowed(rfc_3339),
    }
}

/// Checks the grammar of RFC 3339, section 5.6. The parser accepts all of ISO 8601, and offsets of
/// more than a day.
fn is_rfc_3339(text: &[u8]) -> bool {
    let Some((date_time, rest)) = text.split_first_chunk::<19>() else {
        return false;
    };
    let spelt =
        date_time
            .iter()
            .zip(b"dddd-dd-ddTdd:dd:dd")
            .all(|(byte, expected)| match expected {
                b'd' => byte.is_ascii_digit(),
                b'T' => matches!(byte, b'T' | b't' | b' '),
                expected => byte == expected,
            });
    let offset = match rest {
        [b'.', b'0'..=b'9', rest @ ..] => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            &rest[digits..]
        }
        rest => rest,
    };
    spelt
        && match offset {
            [b'Z' | b'z'] => true,
            [b'+' | b'-', hours @ .., b':', minutes, last] => {
                matches!(hours, [b'0'..=b'1', b'0'..=b'9'] | [b'2', b'0'..=b'3'])
                    && matches!((minutes, last), (b'0'..=b'5', b'0'..=b'9'))
            }
            _ => false,
        }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::from_text(deserializer)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = schemars::json_schema!({ "type": "string", "format": "date-time" });
        if generator.contract().is_serialize() {
            schema.insert(
                "description".to_owned(),
                "A moment in UTC with milliseconds, as `2026-05-01T00:00:00.000Z`. Protocol: \
                 **doc**."
                    .into(),
            );
            schema.insert(
                "pattern".to_owned(),
                r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$".into(),
            );
        } else {
            schema.insert(
                "description".to_owned(),
                "An RFC 3339 date-time with any offset, of the years 0000 to 9999 in UTC. \
                 Protocol: **doc**."
                    .into(),
            );
        }
        schema
    }
}

/// The error of a string or a time that is not a moment of the years 0000 to 9999, or of a
/// [`Timestamp`] that does not fit into another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp(());

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be an RFC 3339 date-time with an offset, of the years 0000 to 9999")
    }
}

impl Error for InvalidTimestamp {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_timestamp_is_shown_in_utc_with_milliseconds() {
        let forms = [
            ("2026-05-01T00:00:00Z", "2026-05-01T00:00:00.000Z"),
            ("2026-05-01T00:00:00.5Z", "2026-05-01T00:00:00.500Z"),
            ("2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00.000Z"),
            ("2026-04-30T18:30:00.25-05:30", "2026-05-01T00:00:00.250Z"),
            ("2026-05-01T00:00:00-00:00", "2026-05-01T00:00:00.000Z"),
            ("2026-05-01t00:00:00z", "2026-05-01T00:00:00.000Z"),
            ("2026-05-01 00:00:00Z", "2026-05-01T00:00:00.000Z"),
            ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
            ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.999Z"),
            ("2015-06-30T23:59:60Z", "2015-06-30T23:59:59.999Z"),
            ("2017-01-01T08:59:60+09:00", "2016-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
            ("0001-01-01T00:30:00+01:00", "0000-12-31T23:30:00.000Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999Z"),
            (
                "2026-05-01T02:00:00.0019999999999+02:00",
                "2026-05-01T00:00:00.001Z",
            ),
        ];
        for (text, shown) in forms {
            assert_eq!(at(text).to_string(), shown, "{text}");
            assert_eq!(format!("{:?}", at(text)), shown, "{text}");
            assert_eq!(serde_json::to_value(at(text)).unwrap(), shown, "{text}");
        }
    }

    #[test]
    fn string_that_is_not_a_moment_is_rejected() {
        let texts = [
            "",
            "now",
            "1777593600",
            "2026-05-01",
            "2026-05-01T00:00:00",
            "2026-05-01Z",
            "2026-02-29T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-05-01T00:00:00+24:00",
            "2026-05-01T00:00:00-25:00",
            "2026-05-01T00:00:00+02:60",
            "2026-05-01T00:00:00+02",
            "2026-05-01T00:00:00+0200",
            "2026-05-01T00:00:00+02:00:30",
            "2026-05-01T00:00:00,5Z",
            "2026-05-01T00:00:00.Z",
            "2026-05-01T00:00Z",
            "2026-05-01T00Z",
            "20260501T000000Z",
            "+002026-05-01T00:00:00Z",
            "-002026-05-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-05-01T24:00:00Z",
            "2026-05-01T00:60:00Z",
            "2026-05-01T12:30:60Z",
            "2026-05-01T23:59:60Z",
            "2016-12-31T23:59:60+09:00",
            "2016-12-31T23:59:61Z",
            "2026-05-01T00:00:00Z ",
            "2026-05-01T00:00:00[Europe/Stockholm]",
            "2026-05-01T00:00:00+02:00[Europe/Stockholm]",
            "0000-01-01T00:00:00+00:01",
            "-000001-12-31T23:59:59Z",
            "9999-12-31T23:59:59-00:01",
            "+010000-01-01T00:00:00Z",
        ];
        for text in texts {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn rejected_string_is_not_repeated() {
        for json in [r#""SENTINEL""#, "987654321", r#"{"SENTINEL": 987654321}"#] {
            let error = serde_json::from_str::<Timestamp>(json)
                .unwrap_err()
                .to_string();
            assert!(
                !error.contains("SENTINEL") && !error.contains("987654321"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_leap_second_is_between_its_neighbours() {
        let before = at("2016-12-31T23:59:59.999Z");
        let leap = at("2016-12-31T23:59:60.9Z");
        assert!(before <= leap && leap < at("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn fraction_of_a_millisecond_is_cut_off() {
        assert_eq!(at("2026-05-01T00:00:00.0019Z").unix_millis() % 1000, 1);
        assert_eq!(
            at("1969-12-31T23:59:59.9999Z"),
            Timestamp::from_unix_millis(-1).unwrap()
        );
        let before_epoch = SystemTime::UNIX_EPOCH - Duration::from_micros(1);
        assert_eq!(Timestamp::from(before_epoch).unix_millis(), -1);
    }

    #[test]
    fn unix_time_converts_up_to_the_range_ends() {
        for millis in [
            0,
            1,
            -1,
            1_777_593_600_123,
            -62_167_219_200_000,
            253_402_300_799_999,
        ] {
            let timestamp = Timestamp::from_unix_millis(millis).unwrap();
            assert_eq!(timestamp.unix_millis(), millis);
        }
        assert_eq!(Timestamp::MIN.unix_millis(), -62_167_219_200_000);
        assert_eq!(Timestamp::MAX.unix_millis(), 253_402_300_799_999);
        for millis in [i64::MIN, -62_167_219_200_001, 253_402_300_800_000, i64::MAX] {
            assert_eq!(Timestamp::from_unix_millis(millis), None, "{millis}");
        }
        for seconds in [i64::MIN, 253_402_300_800, i64::MAX] {
            assert_eq!(Timestamp::from_unix_seconds(seconds), None, "{seconds}");
        }
        assert_eq!(
            Timestamp::from_unix_seconds(1_777_593_600),
            Some(at("2026-05-01T00:00:00Z"))
        );
        assert_eq!(Timestamp::from_unix_millis(-1).unwrap().unix_seconds(), -1);
        assert_eq!(Timestamp::from_unix_millis(1999).unwrap().unix_seconds(), 1);
    }

    #[test]
    fn now_is_between_two_readings_of_the_clock() {
        let before = Timestamp::from(SystemTime::now());
        let now = Timestamp::now();
        let after = Timestamp::from(SystemTime::now());
        assert!(before <= now && now <= after);
    }

    #[test]
    fn calendar_arithmetic_clamps_to_the_end_of_the_month() {
        let table = [
            (
                "2026-01-31T10:00:00Z",
                1,
                TimeUnit::Month,
                "2026-02-28T10:00:00Z",
            ),
            (
                "2024-01-31T10:00:00Z",
                1,
                TimeUnit::Month,
                "2024-02-29T10:00:00Z",
            ),
            (
                "2026-01-31T10:00:00Z",
                2,
                TimeUnit::Month,
                "2026-03-31T10:00:00Z",
            ),
            (
                "2026-11-30T10:00:00Z",
                3,
                TimeUnit::Month,
                "2027-02-28T10:00:00Z",
            ),
            (
                "2024-02-29T10:00:00Z",
                1,
                TimeUnit::Year,
                "2025-02-28T10:00:00Z",
            ),
            (
                "2024-02-29T10:00:00Z",
                4,
                TimeUnit::Year,
                "2028-02-29T10:00:00Z",
            ),
            (
                "2026-12-31T10:00:00Z",
                1,
                TimeUnit::Day,
                "2027-01-01T10:00:00Z",
            ),
            (
                "2024-02-22T10:00:00Z",
                1,
                TimeUnit::Week,
                "2024-02-29T10:00:00Z",
            ),
            (
                "2026-05-01T10:00:00Z",
                0,
                TimeUnit::Month,
                "2026-05-01T10:00:00Z",
            ),
        ];
        for (start, amount, unit, end) in table {
            assert_eq!(
                at(start).plus(amount, unit),
                Some(at(end)),
                "{start} {amount} {unit:?}"
            );
        }
    }

    #[test]
    fn calendar_arithmetic_stops_at_the_year_9999() {
        let last_day = at("9999-12-30T00:00:00Z");
        assert_eq!(
            last_day.plus(1, TimeUnit::Day),
            Some(at("9999-12-31T00:00:00Z"))
        );
        for unit in [
            TimeUnit::Day,
            TimeUnit::Week,
            TimeUnit::Month,
            TimeUnit::Year,
        ] {
            assert_eq!(last_day.plus(2, unit), None);
            assert_eq!(Timestamp::MIN.plus(u32::MAX, unit), None);
        }
    }
}
