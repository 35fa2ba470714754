//! Tolerant readers for single JSON fields: what the contract forgives, and nothing more.

use std::{cell::Cell, fmt};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserializer, de};
use serde_json::{Map, Value};

use crate::model::text;

/// Reads an id from a non-empty string or an integer.
pub fn id<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    optional_id(deserializer)?.ok_or_else(|| de::Error::custom("an id is a non-empty string or an integer"))
}

/// Reads an id where it may be missing, `null` or empty.
pub fn optional_id<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Lenient(|part: Part| {
        part.read_text(|text| {
            // Those that REST and messages bring are clean already; those of an earlier version's disk may not be.
            let text = text::clean(text);
            (!text.is_empty()).then(|| text.as_ref().into())
        })
    }))
}

/// Counts what could not be read.
#[derive(Debug, Default)]
pub struct LossCounter(Cell<u32>);

impl LossCounter {
    /// Counts from what was lost already.
    pub fn from(lost: u32) -> Self {
        Self(Cell::new(lost))
    }

    /// Returns the count.
    pub fn count(&self) -> u32 {
        self.0.get()
    }

    /// Counts one more.
    pub fn add(&self) {
        self.0.set(self.0.get().saturating_add(1));
    }

    /// Counts one more, and returns nothing in its place.
    pub fn one<T>(&self) -> Option<T> {
        self.add();
        None
    }
}

/// The fields of an object, each read for itself: one that cannot be read is left out and counted.
///
/// A field has one or more names, the contract's first. Where several of them are there, the first holds, and the others
/// are counted. `null` is as good as nothing.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    lost: &'a LossCounter,
}

impl<'a> Fields<'a> {
    /// Reads the fields of a value; one that is no object has none, and counts unless it is `null`.
    pub fn of(value: &'a Value, lost: &'a LossCounter) -> Self {
        let map = match value {
            Value::Object(map) => Some(map),
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => lost.one(),
        };
        Self { map, lost }
    }

    /// Returns the count of what could not be read.
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

    /// Returns a field as something that can be read from a value; counts it where that fails.
    pub fn read<T>(&self, names: &[&str], read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        read(self.value(names)?).or_else(|| self.lost.one())
    }

    /// Returns a text.
    pub fn text(&self, names: &[&str]) -> Option<String> {
        self.read(names, |value| value.as_str().map(str::to_owned))
    }

    /// Returns a text for a person; an object that holds one, as errors often do, is as good.
    pub fn message(&self, names: &[&str]) -> Option<String> {
        const WITHIN: [&str; 4] = ["message", "msg", "detail", "error"];
        let within = |value: &'a Value| WITHIN.iter().find_map(|name| value.get(*name)?.as_str());
        self.read(names, |value| value.as_str().or_else(|| within(value))).map(str::to_owned)
    }

    /// Returns an id.
    pub fn id<T: for<'b> From<&'b str>>(&self, names: &[&str]) -> Option<T> {
        self.read(names, |value| optional_id(value).ok().flatten())
    }

    /// Returns a finite number.
    pub fn number(&self, names: &[&str]) -> Option<f64> {
        self.read(names, |value| number(value).ok().flatten())
    }

    /// Returns a percentage from 0 to 100.
    pub fn percent(&self, names: &[&str]) -> Option<f64> {
        self.read(names, |value| percent(value).ok().flatten())
    }

    /// Returns a size in pixels or bytes.
    pub fn size(&self, names: &[&str]) -> Option<u64> {
        self.read(names, |value| size(value).ok().flatten())
    }

    /// Returns a time.
    pub fn time(&self, names: &[&str]) -> Option<Timestamp> {
        self.read(names, |value| time(value).ok().flatten())
    }

    /// Returns the fields of an object within.
    pub fn object(&self, names: &[&str]) -> Self {
        match self.value(names) {
            Some(value) => Self::of(value, self.lost),
            None => Self { map: None, lost: self.lost },
        }
    }

    /// Returns the elements of an array within.
    pub fn list(&self, names: &[&str]) -> &'a [Value] {
        self.read(names, |value| value.as_array().map(Vec::as_slice)).unwrap_or_default()
    }
}

/// Reads a number of seconds, or a time within a video as people write it: `95`, `"95.5"`, `"1:35"`, `"00:01:35.250"`.
pub fn seconds(value: &Value) -> Option<f64> {
    number(value).ok().flatten().or_else(|| clock_time(value.as_str()?))
}

/// Reads `m:ss` and `h:mm:ss`, with a fraction after a point or a comma.
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

/// Is a JSON value that is neither a list nor an object, `true`, `false` or `null`.
enum Part<'a> {
    Text(&'a str),
    Whole(i128),
    Number(f64),
}

impl Part<'_> {
    /// Reads something from a text without white space around it, or from a whole number's.
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

/// Below this every whole number has a place of its own among floating ones.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads something from a [`Part`]; anything else is none. It is read in place, because every message has such parts.
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

/// Reads a percentage from a number or a numeric string and clamps it to 0–100; `null` is none.
pub fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let number = number(deserializer)?;
    Ok(number.map(|percent| percent.clamp(0.0, 100.0)))
}

/// Reads a finite number from a number or a numeric string (a `%` may follow); `null` is none.
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

/// Reads a size in pixels or bytes; whatever is no number from 0 upwards is none.
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

/// Reads a time; a missing or unreadable one is none, for the caller to stand in for.
pub fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    deserializer.deserialize_any(Lenient(|part: Part| part.read_text(parse_time)))
}

/// Parses an ISO-8601 time with an offset; one without an offset is UTC, as Python's `isoformat` leaves it.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil = text.parse::<DateTime>().ok()?;
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
