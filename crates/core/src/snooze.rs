//! Until when a review is snoozed.

use jiff::{SignedDuration, Timestamp, Zoned, civil::Weekday};
use serde::Deserialize;

/// How long "later today" is.
const LATER: SignedDuration = SignedDuration::from_hours(3);
/// The hour at which a snooze ends in the morning.
const MORNING: i8 = 9;

/// When a video that needs review asks for it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Snooze {
    /// In three hours.
    LaterToday,
    /// At nine o'clock the next day.
    Tomorrow,
    /// At nine o'clock on the next Monday, which is never today.
    NextMonday,
}

impl Snooze {
    /// Returns when it ends; none beyond the end of the calendar. A time that the clocks skip becomes a later one.
    pub fn until(self, now: &Zoned) -> Option<Timestamp> {
        let day = match self {
            Self::LaterToday => return now.timestamp().checked_add(LATER).ok(),
            Self::Tomorrow => now.date().tomorrow(),
            Self::NextMonday => now.date().nth_weekday(1, Weekday::Monday),
        };
        let morning = day.ok()?.at(MORNING, 0, 0, 0).to_zoned(now.time_zone().clone());
        Some(morning.ok()?.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    /// Berlin, with its rule for daylight saving: no database of time zones is needed.
    fn until(snooze: Snooze, now: &str) -> String {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a time zone");
        let now = now.parse::<jiff::civil::DateTime>().expect("a time").to_zoned(zone).expect("a time");
        snooze.until(&now).expect("an end").to_string()
    }

    #[test]
    fn later_today_is_three_hours_even_if_the_clocks_change() {
        assert_eq!(until(Snooze::LaterToday, "2026-11-25T12:00"), "2026-11-25T14:00:00Z");
        assert_eq!(until(Snooze::LaterToday, "2026-03-29T01:30"), "2026-03-29T03:30:00Z");
    }

    #[test]
    fn morning_is_nine_oclock_by_the_wall_clock() {
        assert_eq!(until(Snooze::Tomorrow, "2026-11-25T00:00"), "2026-11-26T08:00:00Z");
        assert_eq!(until(Snooze::Tomorrow, "2026-03-28T22:00"), "2026-03-29T07:00:00Z", "summer time has begun");
        assert_eq!(until(Snooze::Tomorrow, "2026-10-24T22:00"), "2026-10-25T08:00:00Z", "summer time has ended");
    }

    #[test]
    fn next_monday_is_never_today() {
        assert_eq!(until(Snooze::NextMonday, "2026-11-25T12:00"), "2026-11-30T08:00:00Z");
        assert_eq!(until(Snooze::NextMonday, "2026-11-29T23:59"), "2026-11-30T08:00:00Z");
        assert_eq!(until(Snooze::NextMonday, "2026-11-30T08:00"), "2026-12-07T08:00:00Z");
    }
}
