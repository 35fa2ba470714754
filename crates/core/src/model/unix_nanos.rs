//! A timestamp in eight bytes, to save memory: with 100,000 jobs, each job has more than a dozen timestamps.

use std::num::NonZeroI64;

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A timestamp with nanosecond precision, from the year 1677 to 2262.
///
/// A timestamp outside this range, such as the year 1 from a backend without a clock, is clamped to the nearest end.
/// `Option<UnixNanos>` takes no extra space. Serialized as a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct UnixNanos(NonZeroI64);

impl From<Timestamp> for UnixNanos {
    fn from(time: Timestamp) -> Self {
        let nanoseconds = time.as_nanosecond();
        // `None` is represented by zero, so all values from the epoch on are shifted by one.
        let placed = if nanoseconds < 0 { nanoseconds } else { nanoseconds + 1 };
        let nearest = if placed < 0 { i64::MIN } else { i64::MAX };
        let placed = i64::try_from(placed).unwrap_or(nearest);
        Self(NonZeroI64::new(placed).unwrap_or(NonZeroI64::MIN))
    }
}

impl From<UnixNanos> for Timestamp {
    fn from(UnixNanos(placed): UnixNanos) -> Self {
        let placed = placed.get();
        let nanoseconds = if placed < 0 { placed } else { placed - 1 };
        // Every `i64` of nanoseconds is a valid timestamp.
        Self::from_nanosecond(nanoseconds.into()).unwrap_or_default()
    }
}

impl Serialize for UnixNanos {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Timestamp::from(*self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnixNanos {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(nanoseconds: i128) -> Timestamp {
        Timestamp::from_nanosecond(nanoseconds).expect("a time")
    }

    proptest! {
        #[test]
        fn conversion_keeps_nanoseconds_and_order(a in i64::MIN + 1..i64::MAX, b in -2..3_i64) {
            let near = a.saturating_add(b).clamp(i64::MIN + 1, i64::MAX - 1);
            let [a, near] = [a, near].map(|nanoseconds| time(nanoseconds.into()));
            prop_assert_eq!(Timestamp::from(UnixNanos::from(a)), a);
            prop_assert_eq!(UnixNanos::from(a).cmp(&UnixNanos::from(near)), a.cmp(&near));
        }
    }

    #[test]
    fn epoch_round_trips_and_option_takes_eight_bytes() {
        for nanoseconds in [-1, 0, 1] {
            assert_eq!(Timestamp::from(UnixNanos::from(time(nanoseconds))), time(nanoseconds));
        }
        assert_eq!(size_of::<Option<UnixNanos>>(), 8);
    }

    #[test]
    fn timestamp_outside_range_is_clamped() {
        let (first, last) = (UnixNanos::from(Timestamp::MIN), UnixNanos::from(Timestamp::MAX));
        assert!(first < UnixNanos::from(time(-1)) && last > UnixNanos::from(time(1)));
        assert_eq!(Timestamp::from(last).strftime("%Y").to_string(), "2262");
        assert_eq!(Timestamp::from(first).strftime("%Y").to_string(), "1677");
    }

    #[test]
    fn serialized_as_a_timestamp() {
        let json = r#""2026-01-02T03:04:05.000000006Z""#;
        let read: UnixNanos = serde_json::from_str(json).expect("a time");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), json);
    }
}
