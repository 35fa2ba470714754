//! The fast path of decoding: reads a message of the specification in one pass, with its fields in any order. All other
//! messages are left to [`super::tolerant`], which also determines the reason of a rejection.

use std::fmt;

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use url::Url;

use super::{Body, ErrorData, Event, Progress, content};
use crate::{
    JobId, StageId, ThumbnailId,
    model::json_field::{self, LossCounter},
    model::{
        job::{Content, Field, Status, Thumbnail},
        media_url, text,
    },
};

/// Decodes a frame if it is one of the five messages, complete and valid; otherwise returns none.
pub(super) fn event(text: &str, api_url: Option<&Url>) -> Option<Event> {
    if text::may_need_cleaning(text) {
        return None;
    }
    let (mut parts, mut deserializer) = (Parts::default(), serde_json::Deserializer::from_str(text));
    Message(&mut parts).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    let body = match parts.kind? {
        "JOB_UPDATE" => Body::Job(parts.progress()?),
        "STAGE_UPDATE" => Body::Stage(parts.stage_id.take()?, parts.progress()?),
        "METADATA_UPDATE" => {
            let field = Field::parse(parts.metadata_type?)?;
            Body::Metadata(field, field_content(field, parts.content.take()?)?)
        }
        "THUMBNAIL_GENERATED" => Body::Thumbnail(parts.thumbnail(api_url)?),
        "ERROR" => Body::Error(parts.error()?),
        _ => return None,
    };
    Some(Event { job_id: parts.job_id?, at: optional(parts.timestamp, |time| time.0)?, body, lost: 0 })
}

/// Reads the content of a field. A text is moved and not copied, because it may be long.
fn field_content(field: Field, value: Value) -> Option<Content> {
    match (field, value) {
        (Field::Title | Field::Description | Field::Transcript, Value::String(text)) => Some(Content::Text(text)),
        (field, value) => {
            let lost = LossCounter::default();
            content(field, &value, &lost).filter(|_| lost.count() == 0)
        }
    }
}

/// Reads an optional field. If the field is present but unreadable, returns the outer none, so that the tolerant reader
/// handles the message and counts the loss.
#[expect(clippy::option_option, reason = "absent, or unreadable")]
fn optional<T, U>(part: Option<T>, value: impl FnOnce(T) -> Option<U>) -> Option<Option<U>> {
    match part {
        None => Some(None),
        Some(part) => value(part).map(Some),
    }
}

/// The fields of a message and of all payloads. The type, which determines the required fields, may come last. Each
/// field is filled in place, because moving the fields would cost as much as reading them.
#[derive(Default)]
struct Parts<'a> {
    kind: Option<&'a str>,
    job_id: Option<JobId>,
    timestamp: Option<Time>,
    data: Option<()>,
    status: Option<Status>,
    progress_percent: Option<Percent>,
    error_message: Option<ErrorText>,
    stage_id: Option<StageId>,
    metadata_type: Option<&'a str>,
    content: Option<Value>,
    thumbnail_id: Option<ThumbnailId>,
    thumbnail_url: Option<String>,
    width: Option<Size>,
    height: Option<Size>,
    timestamp_seconds: Option<Number>,
    error_code: Option<String>,
    recoverable: Option<bool>,
    affected_stage: Option<OptionalStage>,
}

#[derive(Deserialize)]
struct Time(#[serde(deserialize_with = "json_field::time")] Option<Timestamp>);

#[derive(Deserialize)]
struct ErrorText(Option<String>);

#[derive(Deserialize)]
struct Percent(#[serde(deserialize_with = "json_field::percent")] Option<f64>);

#[derive(Deserialize)]
struct Size(#[serde(deserialize_with = "json_field::size")] Option<u64>);

#[derive(Deserialize)]
struct Number(#[serde(deserialize_with = "json_field::number")] Option<f64>);

#[derive(Deserialize)]
struct OptionalStage(Option<StageId>);

impl Parts<'_> {
    fn progress(&mut self) -> Option<Progress> {
        let progress_percent = self.progress_percent.take().and_then(|percent| percent.0);
        Some(Progress { status: self.status?, progress_percent, error_message: self.error_message() })
    }

    fn error_message(&mut self) -> Option<String> {
        self.error_message.take().and_then(|error_message| error_message.0)
    }

    fn thumbnail(&mut self, api_url: Option<&Url>) -> Option<Thumbnail> {
        let size = |size: &mut Option<Size>| Some(optional(size.take(), |size| size.0)?.unwrap_or(0));
        Some(Thumbnail {
            thumbnail_id: self.thumbnail_id.take()?,
            thumbnail_url: media_url::resolve(&self.thumbnail_url.take()?, api_url)?,
            width: size(&mut self.width)?,
            height: size(&mut self.height)?,
            timestamp_seconds: optional(self.timestamp_seconds.take(), |number| number.0)?,
        })
    }

    fn error(&mut self) -> Option<ErrorData> {
        Some(ErrorData {
            error_code: self.error_code.take()?,
            error_message: self.error_message()?,
            recoverable: self.recoverable?,
            affected_stage: self.affected_stage.take().and_then(|stage| stage.0),
        })
    }
}

/// Reads the message object.
struct Message<'p, 'a>(&'p mut Parts<'a>);

/// Reads the payload object.
struct Data<'p, 'a>(&'p mut Parts<'a>);

macro_rules! an_object {
    ($reader:ident, |$parts:ident, $map:ident| { $($key:literal => $read:expr),* $(,)? }) => {
        impl<'de> DeserializeSeed<'de> for $reader<'_, 'de> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_map(self)
            }
        }

        impl<'de> Visitor<'de> for $reader<'_, 'de> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut $map: M) -> Result<(), M::Error> {
                let $parts = self.0;
                while let Some(key) = $map.next_key::<&str>()? {
                    match key {
                        $($key => $read,)*
                        _ => drop($map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(())
            }
        }
    };
}

an_object!(Message, |parts, map| {
    "type" => once(&mut parts.kind, map.next_value()?)?,
    "job_id" => once(&mut parts.job_id, map.next_value()?)?,
    "data" => {
        once(&mut parts.data, ())?;
        map.next_value_seed(Data(parts))?;
    },
    "timestamp" => once(&mut parts.timestamp, map.next_value()?)?,
});

an_object!(Data, |parts, map| {
    "status" => once(&mut parts.status, map.next_value()?)?,
    "progress_percent" => once(&mut parts.progress_percent, map.next_value()?)?,
    "error_message" => once(&mut parts.error_message, map.next_value()?)?,
    "stage_id" => once(&mut parts.stage_id, map.next_value()?)?,
    "metadata_type" => once(&mut parts.metadata_type, map.next_value()?)?,
    "content" => once(&mut parts.content, map.next_value()?)?,
    "thumbnail_id" => once(&mut parts.thumbnail_id, map.next_value()?)?,
    "thumbnail_url" => once(&mut parts.thumbnail_url, map.next_value()?)?,
    "width" => once(&mut parts.width, map.next_value()?)?,
    "height" => once(&mut parts.height, map.next_value()?)?,
    "timestamp_seconds" => once(&mut parts.timestamp_seconds, map.next_value()?)?,
    "error_code" => once(&mut parts.error_code, map.next_value()?)?,
    "recoverable" => once(&mut parts.recoverable, map.next_value()?)?,
    "affected_stage" => once(&mut parts.affected_stage, map.next_value()?)?,
});

/// Sets a field, unless it is repeated.
fn once<T, E: Error>(part: &mut Option<T>, value: T) -> Result<(), E> {
    if part.is_some() {
        return Err(E::custom("repeated field"));
    }
    *part = Some(value);
    Ok(())
}

#[cfg(test)]
mod tests;
