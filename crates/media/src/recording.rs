//! The day, the place and the device of a recording, as cameras and phones state them.

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year, such as 2024.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Date {
    /// Parses the day at the beginning of a time: `2024-11-14T…`, `2024:11:14 …` or `20241114`. The epochs of unset
    /// clocks in cameras and computers are ignored.
    pub fn read(text: &str) -> Option<Self> {
        let digits: String = text.trim().chars().take(10).filter(char::is_ascii_digit).take(8).collect();
        if digits.len() < 8 {
            return None;
        }
        let (year, month, day) = (digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
        let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
        let is_first = (month, day) == (1, 1) && matches!(year, 1904 | 1970 | 1980 | 2000);
        ((1890..=2200).contains(&year) && is_day && !is_first).then_some(Self { year, month, day })
    }

    /// Finds a day in a camera's file name: `VID_20241114_123456`.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let mut starts = name
            .char_indices()
            .filter(|(at, c)| c.is_ascii_digit() && !name[..*at].ends_with(|before: char| before.is_ascii_digit()));
        starts.find_map(|(at, _)| Self::read(&name[at..]).filter(|date| (1990..2100).contains(&date.year)))
    }

    /// Returns the day in words: `14 November 2024`.
    pub(crate) fn to_words(self) -> String {
        let month = MONTHS.get(usize::from(self.month) - 1).copied().unwrap_or_default();
        format!("{} {month} {}", self.day, self.year)
    }
}

/// A geographic position, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// The latitude, positive to the north.
    pub latitude: f64,
    /// The longitude, positive to the east.
    pub longitude: f64,
}

impl Place {
    /// Parses ISO 6709: `+64.1466-021.9426+010.000/`. 0, 0 is ignored, because cameras without a position write it.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let second = text.get(1..)?.find(['+', '-'])? + 1;
        let rest = &text[second..];
        let end = rest.get(1..)?.find(['+', '-', '/']).map_or(rest.len(), |end| end + 1);
        let (latitude, longitude): (f64, f64) = (text[..second].parse().ok()?, rest[..end].parse().ok()?);
        let is_known = latitude.abs() > 0.001 || longitude.abs() > 0.001;
        (latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && is_known).then_some(Self { latitude, longitude })
    }
}

/// The data for a title if the container has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording<'a> {
    /// The day of the recording.
    pub date: Option<Date>,
    /// The name of the place.
    pub place: Option<&'a str>,
    /// The camera or phone.
    pub device: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_unset_clocks_and_missing_positions_are_ignored() {
        assert_eq!(Date::read("1904-01-01T00:00:00Z"), None);
        assert_eq!(Date::read("1970-01-01"), None);
        assert_eq!(Date::read("2024:02:03 04:05:06"), Some(Date { year: 2024, month: 2, day: 3 }));
        assert_eq!(Date::read("2024-13-01"), None);
        assert_eq!(Date::read("2024"), None);
        let place = Place::read("+64.1466-021.9426+010.000/").expect("a place");
        assert!((place.latitude - 64.1466).abs() < 1e-9 && (place.longitude + 21.9426).abs() < 1e-9);
        for text in ["+00.0000+000.0000/", "", "+", "north", "+91.0+000.1/", "é+1"] {
            assert_eq!(Place::read(text), None, "{text}");
        }
    }
}
