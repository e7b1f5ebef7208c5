use std::time::SystemTime;

use jiff::SignedDuration;

use super::{EPOCH, InvalidTimestamp, Timestamp};

impl TryFrom<SystemTime> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(time: SystemTime) -> Result<Self, Self::Error> {
        SignedDuration::system_until(SystemTime::UNIX_EPOCH, time)
            .ok()
            .and_then(Self::from_unix)
            .ok_or(InvalidTimestamp(()))
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

    use super::super::{InvalidTimestamp, Timestamp};

    impl<Tz: TimeZone> TryFrom<DateTime<Tz>> for Timestamp {
        type Error = InvalidTimestamp;

        fn try_from(time: DateTime<Tz>) -> Result<Self, Self::Error> {
            Self::from_unix_millis(time.timestamp_millis()).ok_or(InvalidTimestamp(()))
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
    use time::OffsetDateTime;

    use super::super::{InvalidTimestamp, Timestamp};

    impl TryFrom<OffsetDateTime> for Timestamp {
        type Error = InvalidTimestamp;

        fn try_from(time: OffsetDateTime) -> Result<Self, Self::Error> {
            let millis = time.unix_timestamp_nanos().div_euclid(1_000_000);
            i64::try_from(millis)
                .ok()
                .and_then(Self::from_unix_millis)
                .ok_or(InvalidTimestamp(()))
        }
    }

    impl From<Timestamp> for OffsetDateTime {
        fn from(timestamp: Timestamp) -> Self {
            let nanos = i128::from(timestamp.unix_millis()) * 1_000_000;
            // The epoch is never used: the type has all years from 0000 to 9999.
            Self::from_unix_timestamp_nanos(nanos).unwrap_or(Self::UNIX_EPOCH)
        }
    }
}

#[cfg(feature = "jiff")]
mod with_jiff {
    use super::super::{InvalidTimestamp, Timestamp};

    impl TryFrom<jiff::Timestamp> for Timestamp {
        type Error = InvalidTimestamp;

        fn try_from(time: jiff::Timestamp) -> Result<Self, Self::Error> {
            Self::from_unix(time.as_duration()).ok_or(InvalidTimestamp(()))
        }
    }

    impl TryFrom<jiff::Zoned> for Timestamp {
        type Error = InvalidTimestamp;

        fn try_from(time: jiff::Zoned) -> Result<Self, Self::Error> {
            time.timestamp().try_into()
        }
    }

    /// Fails for the last hours of the year 9999, which jiff keeps free for its offsets.
    impl TryFrom<Timestamp> for jiff::Timestamp {
        type Error = InvalidTimestamp;

        fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
            Self::from_millisecond(timestamp.unix_millis()).map_err(|_| InvalidTimestamp(()))
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
            assert_eq!(Timestamp::try_from(system), Ok(timestamp));
        }
        let after_9999 = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert!(Timestamp::try_from(after_9999).is_err());
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_goes_both_ways_with_any_offset() {
        use chrono::{DateTime, FixedOffset, Utc};

        for timestamp in [Timestamp::MIN, in_may(), Timestamp::MAX] {
            let utc = DateTime::<Utc>::from(timestamp);
            assert_eq!(utc.timestamp_millis(), timestamp.unix_millis());
            assert_eq!(Timestamp::try_from(utc), Ok(timestamp));
            let east = utc.with_timezone(&FixedOffset::east_opt(7200).unwrap());
            assert_eq!(Timestamp::try_from(east), Ok(timestamp));
        }
        let before_epoch = DateTime::from_timestamp_nanos(-1);
        assert_eq!(Timestamp::try_from(before_epoch).unwrap().unix_millis(), -1);
        assert!(Timestamp::try_from(DateTime::<Utc>::MAX_UTC).is_err());
    }

    #[cfg(feature = "time")]
    #[test]
    fn time_goes_both_ways_with_any_offset() {
        use time::{Duration, OffsetDateTime, UtcOffset};

        for timestamp in [Timestamp::MIN, in_may()] {
            let utc = OffsetDateTime::from(timestamp);
            assert_eq!(Timestamp::try_from(utc), Ok(timestamp));
            let east = utc.to_offset(UtcOffset::from_hms(2, 0, 0).unwrap());
            assert_eq!(Timestamp::try_from(east), Ok(timestamp));
        }
        let last = OffsetDateTime::from(Timestamp::MAX);
        assert_eq!(Timestamp::try_from(last), Ok(Timestamp::MAX));
        let before_epoch = OffsetDateTime::UNIX_EPOCH - Duration::NANOSECOND;
        assert_eq!(Timestamp::try_from(before_epoch).unwrap().unix_millis(), -1);
        let too_early = OffsetDateTime::from(Timestamp::MIN) - Duration::NANOSECOND;
        assert!(Timestamp::try_from(too_early).is_err());
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_goes_both_ways_but_for_its_last_hours() {
        use jiff::tz::{Offset, TimeZone};

        for timestamp in [Timestamp::MIN, in_may()] {
            let utc = jiff::Timestamp::try_from(timestamp).unwrap();
            assert_eq!(Timestamp::try_from(utc), Ok(timestamp));
            let east = utc.to_zoned(TimeZone::fixed(Offset::constant(2)));
            assert_eq!(Timestamp::try_from(east), Ok(timestamp));
        }
        let before_epoch = jiff::Timestamp::from_nanosecond(-1).unwrap();
        assert_eq!(Timestamp::try_from(before_epoch).unwrap().unix_millis(), -1);
        assert!(Timestamp::try_from(jiff::Timestamp::MIN).is_err());
        assert!(jiff::Timestamp::try_from(Timestamp::MAX).is_err());
    }
}
