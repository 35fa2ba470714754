//! Times of day and quiet hours.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, Zoned, civil::Time};
use serde::{Deserialize, Serialize};

/// A time of day in hours and minutes; serialized as `22:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
pub struct TimeOfDay(Time);

impl FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} isn't a valid time. Use the format 22:30.");
        let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
        let (hour, minute) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
        Time::new(hour, minute, 0, 0).map(Self).map_err(|_| wrong())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// A daily period without notifications. It may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct QuietHours {
    /// The first minute of the period.
    pub from: TimeOfDay,
    /// The first minute after the period; if it equals `from`, the period is empty.
    pub to: TimeOfDay,
}

impl QuietHours {
    /// Returns when the quiet hours end, if `now` is within them.
    pub fn until(self, now: &Zoned) -> Option<Timestamp> {
        let (from, to, time) = (self.from.0, self.to.0, now.time());
        let is_quiet = if from <= to { (from..to).contains(&time) } else { time >= from || time < to };
        let end = if time < to { now.date() } else { now.date().tomorrow().ok()? };
        // If the end falls into a daylight-saving gap, the period ends when the clocks are set forward.
        is_quiet.then(|| end.to_datetime(to).to_zoned(now.time_zone().clone()).ok())?.map(|end| end.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::{self, TimeZone};

    fn at(text: &str) -> Zoned {
        let zone = TimeZone::fixed(tz::offset(2));
        text.parse::<jiff::civil::DateTime>().expect("a time").to_zoned(zone).expect("a time")
    }

    fn until(from: &str, to: &str, now: &str) -> Option<String> {
        let hours = QuietHours { from: from.parse().expect("a time"), to: to.parse().expect("a time") };
        hours.until(&at(now)).map(|end| end.to_string())
    }

    #[test]
    fn quiet_hours_may_span_midnight() {
        let end = |day: u8| Some(format!("2026-05-{day:02}T05:00:00Z"));
        assert_eq!(until("22:00", "07:00", "2026-05-03T21:59:59"), None);
        assert_eq!(until("22:00", "07:00", "2026-05-03T22:00"), end(4));
        assert_eq!(until("22:00", "07:00", "2026-05-04T06:59"), end(4));
        assert_eq!(until("22:00", "07:00", "2026-05-04T07:00"), None);
        assert_eq!(until("13:00", "14:30", "2026-05-04T14:00").as_deref(), Some("2026-05-04T12:30:00Z"));
        assert_eq!(until("13:00", "13:00", "2026-05-04T13:00"), None);
    }

    #[test]
    fn time_of_day_is_parsed_and_formatted() {
        assert_eq!("7:05".parse::<TimeOfDay>().map(String::from), Ok("07:05".to_owned()));
        for wrong in ["", "7", "24:00", "12:60", "noon", "12:5x"] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
    }
}
