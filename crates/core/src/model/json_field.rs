//! Tolerant readers for single JSON fields, as described in docs/protocol.md.

use std::{cell::Cell, fmt};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserializer, de};
use serde_json::{Map, Value};

use super::text;

/// Reads an id from a non-empty string or an integer.
pub fn id<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    optional_id(deserializer)?.ok_or_else(|| de::Error::custom("an id is a non-empty string or an integer"))
}

/// Reads an id that may be missing, `null` or empty.
pub fn optional_id<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Lenient(|part: Part| {
        part.read_text(|text| {
            // Texts from REST and messages are already clean; texts stored by an earlier version may not be.
            let text = text::clean(text);
            (!text.is_empty()).then(|| text.as_ref().into())
        })
    }))
}

/// A counter of unreadable values.
#[derive(Debug, Default)]
pub struct LossCounter(Cell<u32>);

impl LossCounter {
    /// Creates a counter that starts at the given count.
    pub fn from(lost: u32) -> Self {
        Self(Cell::new(lost))
    }

    /// Returns the count.
    pub fn count(&self) -> u32 {
        self.0.get()
    }

    /// Adds one.
    pub fn add(&self) {
        self.0.set(self.0.get().saturating_add(1));
    }

    /// Adds one and returns none, in place of the unreadable value.
    pub fn one<T>(&self) -> Option<T> {
        self.add();
        None
    }
}

/// The fields of an object, each read on its own: an unreadable field is left out and counted.
///
/// A field may have several names, of which the first is the documented one. If several are present, the first is used
/// and the others are counted. `null` counts as absent.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    lost: &'a LossCounter,
}

impl<'a> Fields<'a> {
    /// Creates a reader for the fields of a value. A value that is not an object has no fields and is counted unless it
    /// is `null`.
    pub fn of(value: &'a Value, lost: &'a LossCounter) -> Self {
        let map = match value {
            Value::Object(map) => Some(map),
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => lost.one(),
        };
        Self { map, lost }
    }

    /// Returns the counter of unreadable values.
    pub fn lost(&self) -> &'a LossCounter {
        self.lost
    }

    /// Returns the value of a field.
    pub fn value(&self, names: &[&str]) -> Option<&'a Value> {
        let map = self.map?;
        let mut found = names.iter().filter_map(|name| map.get(*name)).filter(|value| !value.is_null());
        let first = found.next();
        found.for_each(|_| self.lost.add());
        first
    }

    /// Returns a field converted by `read`, or counts it if the conversion fails.
    pub fn read<T>(&self, names: &[&str], read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        read(self.value(names)?).or_else(|| self.lost.one())
    }

    /// Returns a text field.
    pub fn text(&self, names: &[&str]) -> Option<String> {
        self.read(names, |value| value.as_str().map(str::to_owned))
    }

    /// Returns a text for the user. An object that contains a text, as is common for errors, is accepted, too.
    pub fn message(&self, names: &[&str]) -> Option<String> {
        const WITHIN: [&str; 4] = ["message", "msg", "detail", "error"];
        let within = |value: &'a Value| WITHIN.iter().find_map(|name| value.get(*name)?.as_str());
        self.read(names, |value| value.as_str().or_else(|| within(value))).map(str::to_owned)
    }

    /// Returns an id field.
    pub fn id<T: for<'b> From<&'b str>>(&self, names: &[&str]) -> Option<T> {
        self.read(names, |value| optional_id(value).ok().flatten())
    }

    /// Returns a finite number.
    pub fn number(&self, names: &[&str]) -> Option<f64> {
        self.read(names, |value| number(value).ok().flatten())
    }

    /// Returns a percentage, 0–100.
    pub fn percent(&self, names: &[&str]) -> Option<f64> {
        self.read(names, |value| percent(value).ok().flatten())
    }

    /// Returns a size in pixels or bytes.
    pub fn size(&self, names: &[&str]) -> Option<u64> {
        self.read(names, |value| size(value).ok().flatten())
    }

    /// Returns a timestamp.
    pub fn time(&self, names: &[&str]) -> Option<Timestamp> {
        self.read(names, |value| time(value).ok().flatten())
    }

    /// Returns the fields of a nested object.
    pub fn object(&self, names: &[&str]) -> Self {
        match self.value(names) {
            Some(value) => Self::of(value, self.lost),
            None => Self { map: None, lost: self.lost },
        }
    }

    /// Returns the elements of a nested array.
    pub fn list(&self, names: &[&str]) -> &'a [Value] {
        self.read(names, |value| value.as_array().map(Vec::as_slice)).unwrap_or_default()
    }
}

/// Reads a number of seconds, or a position in a video in common notation: `95`, `"95.5"`, `"1:35"`, `"00:01:35.250"`.
pub fn seconds(value: &Value) -> Option<f64> {
    number(value).ok().flatten().or_else(|| clock_time(value.as_str()?))
}

/// Parses `m:ss` and `h:mm:ss`, with an optional fraction after a point or a comma.
pub fn clock_time(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let parts: Vec<&str> = text.split(':').collect();
    let (last, whole) = parts.split_last()?;
    if !(1..=2).contains(&whole.len()) || !last.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let seconds: f64 = last.parse().ok().filter(|seconds: &f64| (0.0..60.0).contains(seconds))?;
    let minutes = whole.iter().try_fold(0_u32, |sum, part| sum.checked_mul(60)?.checked_add(part.parse().ok()?))?;
    Some(f64::from(minutes) * 60.0 + seconds)
}

/// A JSON string or number.
enum Part<'a> {
    Text(&'a str),
    Whole(i128),
    Number(f64),
}

impl Part<'_> {
    /// Reads a value from a text without surrounding white space, or from the digits of a whole number.
    fn read_text<T>(self, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        match self {
            Self::Text(text) => read(text.trim()),
            Self::Whole(number) => read(&number.to_string()),
            // Some languages write every number with a fraction.
            Self::Number(number) if number.fract() == 0.0 && number.abs() < EXACT => read(&format!("{number:.0}")),
            Self::Number(_) => None,
        }
    }
}

/// The limit below which every whole number can be represented exactly as a floating-point number.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A visitor that reads a value from a [`Part`] and returns none for anything else. It reads in place, because every
/// message has such fields.
struct Lenient<F>(F);

impl<'de, T, F: FnOnce(Part<'_>) -> Option<T>> de::Visitor<'de> for Lenient<F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(self.0(Part::Text(text)))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(self.0(Part::Whole(number.into())))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(self.0(Part::Whole(number.into())))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(self.0(Part::Number(number)))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Reads a percentage from a number or a numeric string and clamps it to 0–100; returns none for `null`.
pub fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number = number(deserializer)?;
    Ok(number.map(|percent| percent.clamp(0.0, 100.0)))
}

/// Reads a finite number from a number or a numeric string (a `%` may follow); returns none for `null`.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    struct Visitor;
    impl<'de> de::Visitor<'de> for Visitor {
        type Value = Option<f64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number or a numeric string")
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
            if number.is_finite() { Ok(Some(number)) } else { Err(E::custom("not a finite number")) }
        }

        #[expect(clippy::cast_precision_loss, reason = "a percentage, a size in pixels or a time in seconds")]
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number as f64))
        }

        #[expect(clippy::cast_precision_loss, reason = "a percentage, a size in pixels or a time in seconds")]
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            Ok(Some(number as f64))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            self.visit_f64(parse_number(text).ok_or_else(|| E::custom("not a number"))?)
        }

        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(Visitor)
        }
    }
    deserializer.deserialize_any(Visitor)
}

/// Reads a size in pixels or bytes; returns none for anything but a non-negative number.
pub fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    deserializer.deserialize_any(Lenient(|part: Part| match part {
        Part::Whole(number) => number.try_into().ok(),
        Part::Number(number) => rounded(number),
        Part::Text(text) => rounded(parse_number(text)?),
    }))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked: finite and not negative")]
fn rounded(number: f64) -> Option<u64> {
    (number.is_finite() && number >= 0.0).then(|| number.round() as u64)
}

fn parse_number(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('%').trim_end().parse().ok()
}

/// Reads a timestamp; returns none if it is missing or unreadable.
pub fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    deserializer.deserialize_any(Lenient(|part: Part| part.read_text(parse_time)))
}

/// Parses an ISO-8601 timestamp. Without an offset it is taken as UTC, as in the output of Python's `isoformat`.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil = text.parse::<DateTime>().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
