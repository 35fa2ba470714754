//! A time in eight bytes: a hundred thousand jobs have more than a dozen each.

use std::num::NonZeroI64;

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Is a time to the nanosecond, from the year 1677 to 2262; what is said of another year, as of the year 1 by
/// a backend that knows no time, is held to be of the nearest. None
/// takes no more room. It is read and written as a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct UnixNanos(NonZeroI64);

impl From<Timestamp> for UnixNanos {
    fn from(time: Timestamp) -> Self {
        let nanoseconds = time.as_nanosecond();
        // None is the zero, so that whatever is not before the epoch stands one further.
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
        // Every one of them is a time.
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
        fn a_time_is_kept_to_the_nanosecond_and_in_its_order(a in i64::MIN + 1..i64::MAX, b in -2..3_i64) {
            let near = a.saturating_add(b).clamp(i64::MIN + 1, i64::MAX - 1);
            let [a, near] = [a, near].map(|nanoseconds| time(nanoseconds.into()));
            prop_assert_eq!(Timestamp::from(UnixNanos::from(a)), a);
            prop_assert_eq!(UnixNanos::from(a).cmp(&UnixNanos::from(near)), a.cmp(&near));
        }
    }

    #[test]
    fn the_epoch_is_a_time_like_any_other_and_none_takes_no_room() {
        for nanoseconds in [-1, 0, 1] {
            assert_eq!(Timestamp::from(UnixNanos::from(time(nanoseconds))), time(nanoseconds));
        }
        assert_eq!(size_of::<Option<UnixNanos>>(), 8);
    }

    #[test]
    fn a_time_beyond_the_years_that_are_kept_is_the_nearest() {
        let (first, last) = (UnixNanos::from(Timestamp::MIN), UnixNanos::from(Timestamp::MAX));
        assert!(first < UnixNanos::from(time(-1)) && last > UnixNanos::from(time(1)));
        assert_eq!(Timestamp::from(last).strftime("%Y").to_string(), "2262");
        assert_eq!(Timestamp::from(first).strftime("%Y").to_string(), "1677");
    }

    #[test]
    fn it_is_read_and_written_as_a_time() {
        let json = r#""2026-01-02T03:04:05.000000006Z""#;
        let read: UnixNanos = serde_json::from_str(json).expect("a time");
        assert_eq!(serde_json::to_string(&read).expect("JSON"), json);
    }
}
