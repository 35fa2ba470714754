//! Tolerant readers for single JSON fields: what the contract forgives, and nothing more.

use std::fmt;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserializer, de};

/// Reads an id from a non-empty string or an integer.
pub fn id<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    optional_id(deserializer)?.ok_or_else(|| de::Error::custom("an id is a non-empty string or an integer"))
}

/// Reads an id where it may be missing, `null` or empty.
pub fn optional_id<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Lenient(|part: Part| part.read_text(|text| (!text.is_empty()).then(|| text.into()))))
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
            Self::Number(_) => None,
        }
    }
}

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
