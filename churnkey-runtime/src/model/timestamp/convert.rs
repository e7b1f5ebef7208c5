//! Moments of other crates. None of the conversions to a [`Timestamp`] fails: a moment outside the
//! years 0000 to 9999 becomes the first or the last one.

use std::time::SystemTime;

use jiff::SignedDuration;

use super::{EPOCH, InvalidTimestamp, Timestamp};

impl Timestamp {
    fn clamped(since_epoch: SignedDuration) -> Self {
        let nearest = if since_epoch.is_negative() {
            Self::MIN
        } else {
            Self::MAX
        };
        Self::from_unix(since_epoch).unwrap_or(nearest)
    }
}

/// A moment outside the years 0000 to 9999 becomes [`Timestamp::MIN`] or [`Timestamp::MAX`].
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let since_epoch = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX),
            Err(before) => SignedDuration::try_from(before.duration())
                .map_or(SignedDuration::MIN, |before| -before),
        };
        Self::clamped(since_epoch)
    }
}

/// Fails where the platform's clock does not reach: on Windows it begins in 1601.
impl TryFrom<Timestamp> for SystemTime {
    type Error = InvalidTimestamp;

    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        let since_epoch = timestamp.0.duration_since(EPOCH);
        let distance = since_epoch.unsigned_abs();
        if since_epoch.is_negative() {
            Self::UNIX_EPOCH.checked_sub(distance)
        } else {
            Self::UNIX_EPOCH.checked_add(distance)
        }
        .ok_or(InvalidTimestamp(()))
    }
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, TimeZone, Utc};
    use jiff::SignedDuration;

    use super::super::Timestamp;

    /// A moment outside the years 0000 to 9999 becomes [`Timestamp::MIN`] or [`Timestamp::MAX`]; a
    /// leap second becomes the last millisecond before it.
    impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
        fn from(time: DateTime<Tz>) -> Self {
            let millis = time.timestamp_subsec_millis().min(999);
            let seconds = SignedDuration::from_secs(time.timestamp());
            Self::clamped(seconds.saturating_add(SignedDuration::from_millis(millis.into())))
        }
    }

    impl From<Timestamp> for DateTime<Utc> {
        fn from(timestamp: Timestamp) -> Self {
            // The default is never used: chrono has all years from 0000 to 9999.
            Self::from_timestamp_millis(timestamp.unix_millis()).unwrap_or_default()
        }
    }
}

#[cfg(feature = "time")]
mod with_time {
    use jiff::SignedDuration;
    use time::{OffsetDateTime, UtcDateTime};

    use super::super::Timestamp;

    /// A moment outside the years 0000 to 9999 becomes [`Timestamp::MIN`] or [`Timestamp::MAX`].
    impl From<OffsetDateTime> for Timestamp {
        fn from(time: OffsetDateTime) -> Self {
            let seconds = SignedDuration::from_secs(time.unix_timestamp());
            Self::clamped(
                seconds.saturating_add(SignedDuration::from_nanos(time.nanosecond().into())),
            )
        }
    }

    /// A moment outside the years 0000 to 9999 becomes [`Timestamp::MIN`] or [`Timestamp::MAX`].
    impl From<UtcDateTime> for Timestamp {
        fn from(time: UtcDateTime) -> Self {
            OffsetDateTime::from(time).into()
        }
    }

    impl From<Timestamp> for OffsetDateTime {
        fn from(timestamp: Timestamp) -> Self {
            let nanos = i128::from(timestamp.unix_millis()) * 1_000_000;
            // The epoch is never used: the type has all years from 0000 to 9999.
            Self::from_unix_timestamp_nanos(nanos).unwrap_or(Self::UNIX_EPOCH)
        }
    }

    impl From<Timestamp> for UtcDateTime {
        fn from(timestamp: Timestamp) -> Self {
            OffsetDateTime::from(timestamp).into()
        }
    }
}

#[cfg(feature = "jiff")]
mod with_jiff {
    use super::super::Timestamp;

    /// A moment before the year 0000 becomes [`Timestamp::MIN`].
    impl From<jiff::Timestamp> for Timestamp {
        fn from(time: jiff::Timestamp) -> Self {
            Self::clamped(time.as_duration())
        }
    }

    /// A moment before the year 0000 becomes [`Timestamp::MIN`].
    impl From<jiff::Zoned> for Timestamp {
        fn from(time: jiff::Zoned) -> Self {
            time.timestamp().into()
        }
    }

    /// A moment before the year 0000 becomes [`Timestamp::MIN`].
    impl From<&jiff::Zoned> for Timestamp {
        fn from(time: &jiff::Zoned) -> Self {
            time.timestamp().into()
        }
    }

    /// The last hours of the year 9999, which jiff keeps free for its offsets, become its last
    /// moment.
    impl From<Timestamp> for jiff::Timestamp {
        fn from(timestamp: Timestamp) -> Self {
            Self::from_millisecond(timestamp.unix_millis()).unwrap_or(Self::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn in_may() -> Timestamp {
        "2026-05-01T00:00:00.123Z".parse().unwrap()
    }

    #[test]
    fn system_time_goes_both_ways() {
        let before_epoch = Timestamp::from_unix_millis(-1_500).unwrap();
        for timestamp in [before_epoch, in_may()] {
            let system = SystemTime::try_from(timestamp).unwrap();
            assert_eq!(Timestamp::from(system), timestamp);
        }
        let after_9999 = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(Timestamp::from(after_9999), Timestamp::MAX);
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_goes_both_ways_with_any_offset() {
        use chrono::{DateTime, FixedOffset, Utc};

        for timestamp in [Timestamp::MIN, in_may(), Timestamp::MAX] {
            let utc = DateTime::<Utc>::from(timestamp);
            assert_eq!(utc.timestamp_millis(), timestamp.unix_millis());
            assert_eq!(Timestamp::from(utc), timestamp);
            let east = utc.with_timezone(&FixedOffset::east_opt(7200).unwrap());
            assert_eq!(Timestamp::from(east), timestamp);
        }
        let before_epoch = DateTime::from_timestamp_nanos(-1);
        assert_eq!(Timestamp::from(before_epoch).unix_millis(), -1);
        let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
        assert_eq!(ends.map(Timestamp::from), [Timestamp::MIN, Timestamp::MAX]);
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_leap_second_is_before_the_next_second() {
        use chrono::{DateTime, Utc};

        for text in ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.999Z"] {
            let leap: DateTime<Utc> = text.parse().unwrap();
            let shown = Timestamp::from(leap).to_string();
            assert_eq!(shown, "2016-12-31T23:59:59.999Z", "{text}");
        }
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_goes_both_ways_with_any_offset() {
        use time::{Duration, OffsetDateTime, UtcDateTime, UtcOffset};

        for timestamp in [Timestamp::MIN, in_may()] {
            let utc = OffsetDateTime::from(timestamp);
            assert_eq!(Timestamp::from(utc), timestamp);
            assert_eq!(Timestamp::from(UtcDateTime::from(timestamp)), timestamp);
            let east = utc.to_offset(UtcOffset::from_hms(2, 0, 0).unwrap());
            assert_eq!(Timestamp::from(east), timestamp);
        }
        let last = OffsetDateTime::from(Timestamp::MAX);
        assert_eq!(Timestamp::from(last), Timestamp::MAX);
        let before_epoch = OffsetDateTime::UNIX_EPOCH - Duration::NANOSECOND;
        assert_eq!(Timestamp::from(before_epoch).unix_millis(), -1);
        let too_early = OffsetDateTime::from(Timestamp::MIN) - Duration::NANOSECOND;
        assert_eq!(Timestamp::from(too_early), Timestamp::MIN);
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_goes_both_ways_but_for_its_last_hours() {
        use jiff::tz::{Offset, TimeZone};

        for timestamp in [Timestamp::MIN, in_may()] {
            let utc = jiff::Timestamp::from(timestamp);
            assert_eq!(Timestamp::from(utc), timestamp);
            let east = utc.to_zoned(TimeZone::fixed(Offset::constant(2)));
            assert_eq!(Timestamp::from(&east), timestamp);
            assert_eq!(Timestamp::from(east), timestamp);
        }
        let before_epoch = jiff::Timestamp::from_nanosecond(-1).unwrap();
        assert_eq!(Timestamp::from(before_epoch).unix_millis(), -1);
        assert_eq!(Timestamp::from(jiff::Timestamp::MIN), Timestamp::MIN);
        assert_eq!(jiff::Timestamp::from(Timestamp::MAX), jiff::Timestamp::MAX);
    }
}
