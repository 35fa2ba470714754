//! Every message of the socket: tolerant decoding of what arrives, strict encoding of what is sent.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use url::Url;

use crate::{
    JobId, StageId, ThumbnailId,
    discovery::is_trustworthy,
    job::{Chapter, Content, Field, Status, Thumbnail},
    lenient,
};

mod whole;

/// The largest message that is read, in bytes; a larger one closes the connection with 1009.
pub const MESSAGE_LIMIT: usize = 8 << 20;
/// How much of an unreadable message is kept for diagnostics, in bytes.
const SAMPLE_LIMIT: usize = 2 << 10;
/// How many ids one subscription frame carries.
pub const SUBSCRIPTION_CHUNK: usize = 500;

/// Is one readable frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// The backend is alive and wants to hear that we are.
    Heartbeat(Heartbeat),
    /// Something happened to a job.
    Event(Event),
}

/// Tells which answer a heartbeat wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// `HEARTBEAT`, answered with `heartbeat`.
    Heartbeat,
    /// `PING`, answered with `pong`.
    Ping,
}

/// Is one of the five messages of the specification.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The job that it is about.
    pub job_id: JobId,
    /// When the backend says it happened; none where it did not say so readably.
    pub at: Option<Timestamp>,
    /// What happened.
    pub body: Body,
}

/// Is the payload of an [`Event`].
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// JOB_UPDATE
    Job(Progress),
    /// STAGE_UPDATE
    Stage(StageId, Progress),
    /// METADATA_UPDATE
    Metadata(Field, Content),
    /// THUMBNAIL_GENERATED
    Thumbnail(Thumbnail),
    /// ERROR
    Error(ErrorData),
}

/// Is the progress of a job or a stage.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Progress {
    /// How far it has come.
    pub status: Status,
    /// 0–100; none where the backend left it out.
    #[serde(default, deserialize_with = "lenient::percent")]
    pub progress_percent: Option<f64>,
    /// Why it failed.
    #[serde(default)]
    pub error_message: Option<String>,
}

/// Is the payload of an ERROR.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ErrorData {
    /// The backend's code.
    pub error_code: String,
    /// The backend's words for a person.
    pub error_message: String,
    /// Whether processing goes on.
    pub recoverable: bool,
    /// The stage that it happened in.
    #[serde(default, deserialize_with = "lenient::optional_id")]
    pub affected_stage: Option<StageId>,
}

/// Is a message that was skipped, for the log and for diagnostics.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejected {
    /// What kind of fault it has.
    pub kind: RejectedKind,
    /// Why it could not be read.
    pub reason: String,
    /// Its beginning, at most 2 KiB, without tokens.
    pub sample: String,
}

/// Names the fault of a message that was skipped; stable, so that it can be counted and told without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum RejectedKind {
    /// It is no JSON object with a `type`.
    NotAMessage,
    /// Its bytes are no UTF-8.
    NotUtf8,
    /// Its type is none of the specification.
    UnknownType,
    /// Its payload lacks what its type needs.
    Unreadable,
    /// It is larger than [`MESSAGE_LIMIT`].
    TooLarge,
    /// There is no room for another job.
    TooManyJobs,
}

/// Is what this side says on the socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum ClientMessage {
    /// Asks for the updates of jobs.
    Subscribe {
        /// At most [`SUBSCRIPTION_CHUNK`] of them.
        job_ids: Vec<JobId>,
    },
    /// Answers a HEARTBEAT.
    Heartbeat {
        /// When it was answered.
        timestamp: Timestamp,
    },
    /// Answers a PING.
    Pong {
        /// When it was answered.
        timestamp: Timestamp,
    },
}

impl ClientMessage {
    /// Returns the JSON text of the frame.
    pub fn to_text(&self) -> String {
        // A struct of strings and times has no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Reads one frame.
///
/// # Errors
/// Returns why it was skipped and a sample of it, when it is no message of the specification even with the
/// tolerance of the contract.
pub fn decode(text: &str) -> Result<Frame, Rejected> {
    if let Some(event) = whole::event(text) {
        return Ok(Frame::Event(event));
    }
    // The reason may quote the message.
    read(text).map_err(|(kind, reason)| Rejected { kind, reason: sample(&reason), sample: sample(text) })
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default, deserialize_with = "lenient::optional_id")]
    job_id: Option<JobId>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient::time")]
    timestamp: Option<Timestamp>,
}

type Fault = (RejectedKind, String);

fn read(text: &str) -> Result<Frame, Fault> {
    let not_a_message = |why: String| (RejectedKind::NotAMessage, format!("not a message: {why}"));
    // An array would pass for an object whose fields stand in order.
    if text.trim_start().starts_with('[') {
        return Err(not_a_message("an array".to_owned()));
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| not_a_message(error.to_string()))?;
    let kind = envelope.kind.trim();
    let kind = if kind.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Cow::Owned(kind.to_ascii_uppercase())
    } else {
        Cow::Borrowed(kind)
    };
    match kind.as_ref() {
        "HEARTBEAT" => return Ok(Frame::Heartbeat(Heartbeat::Heartbeat)),
        "PING" => return Ok(Frame::Heartbeat(Heartbeat::Ping)),
        _ => {}
    }
    let unreadable = |why: String| (RejectedKind::Unreadable, format!("{kind}: {why}"));
    let data = envelope.data.map_or("{}", RawValue::get);
    let body = match kind.as_ref() {
        "JOB_UPDATE" => payload(data).map(Body::Job),
        "STAGE_UPDATE" => payload(data).map(StageData::into_body),
        "METADATA_UPDATE" => payload(data).and_then(MetadataData::into_body),
        "THUMBNAIL_GENERATED" => payload(data).and_then(|data: ThumbnailData| {
            data.into_thumbnail().map(Body::Thumbnail).ok_or_else(|| "thumbnail_url is not https".to_owned())
        }),
        "ERROR" => payload(data).map(Body::Error),
        _ => return Err((RejectedKind::UnknownType, format!("unknown type {:?}", envelope.kind))),
    };
    let body = body.map_err(unreadable)?;
    let job_id = envelope.job_id.ok_or_else(|| unreadable("no job_id".to_owned()))?;
    Ok(Frame::Event(Event { job_id, at: envelope.timestamp, body }))
}

fn payload<'a, T: Deserialize<'a>>(data: &'a str) -> Result<T, String> {
    serde_json::from_str(data).map_err(|error| error.to_string())
}

/// Is a [`Progress`] with the stage that it is of: read at once, and not as a part of its own, which costs a detour.
#[derive(Deserialize)]
struct StageData {
    stage_id: StageId,
    status: Status,
    #[serde(default, deserialize_with = "lenient::percent")]
    progress_percent: Option<f64>,
    #[serde(default)]
    error_message: Option<String>,
}

impl StageData {
    fn into_body(self) -> Body {
        let Self { stage_id, status, progress_percent, error_message } = self;
        Body::Stage(stage_id, Progress { status, progress_percent, error_message })
    }
}

#[derive(Deserialize)]
struct MetadataData {
    metadata_type: String,
    content: Value,
}

impl MetadataData {
    fn into_body(self) -> Result<Body, String> {
        let field = Field::parse(&self.metadata_type)
            .ok_or_else(|| format!("unknown metadata_type {:?}", self.metadata_type))?;
        let content = content(field, &self.content).ok_or("unreadable content")?;
        Ok(Body::Metadata(field, content))
    }
}

/// Is a thumbnail as messages and snapshots write it.
#[derive(Deserialize)]
pub(crate) struct ThumbnailData {
    thumbnail_id: ThumbnailId,
    thumbnail_url: String,
    #[serde(default, deserialize_with = "lenient::size")]
    width: Option<u64>,
    #[serde(default, deserialize_with = "lenient::size")]
    height: Option<u64>,
    #[serde(default, deserialize_with = "lenient::number")]
    timestamp_seconds: Option<f64>,
}

impl ThumbnailData {
    /// Returns the thumbnail, unless its address is one that must not reach a window.
    pub(crate) fn into_thumbnail(self) -> Option<Thumbnail> {
        Url::parse(&self.thumbnail_url).ok().filter(is_trustworthy)?;
        Some(Thumbnail {
            thumbnail_id: self.thumbnail_id,
            thumbnail_url: self.thumbnail_url,
            width: self.width.unwrap_or(0),
            height: self.height.unwrap_or(0),
            timestamp_seconds: self.timestamp_seconds,
        })
    }
}

/// Reads the content of a field: what the specification says, and the near misses of real backends.
pub fn content(field: Field, value: &Value) -> Option<Content> {
    match field {
        Field::Title | Field::Description => value.as_str().map(|text| Content::Text(text.to_owned())),
        Field::Transcript => transcript(value).map(Content::Text),
        Field::Tags => tags(value).map(Content::Tags),
        Field::Chapters => chapters(value).map(Content::Chapters),
        Field::Thumbnail => ThumbnailId::deserialize(value).ok().map(|id| Content::Text(id.to_string())),
    }
}

fn transcript(value: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    text(value).or_else(|| ["text", "transcript_text", "transcript"].iter().find_map(|key| text(value.get(*key)?)))
}

fn tags(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(tags) => tags.iter().map(|tag| tag.as_str().map(str::to_owned)).collect(),
        Value::String(list) => {
            Some(list.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
        }
        Value::Object(map) => tags(map.get("tags")?),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn chapters(value: &Value) -> Option<Vec<Chapter>> {
    #[derive(Deserialize)]
    struct ChapterData {
        #[serde(alias = "start", alias = "start_time", alias = "timestamp", deserialize_with = "lenient::number")]
        start_seconds: Option<f64>,
        #[serde(default)]
        title: String,
    }
    let list = value.as_array().or_else(|| value.get("chapters")?.as_array())?;
    let mut chapters = Vec::with_capacity(list.len());
    for entry in list {
        let data = ChapterData::deserialize(entry).ok()?;
        chapters.push(Chapter { start_seconds: data.start_seconds?.max(0.0), title: data.title });
    }
    chapters.sort_by(|a, b| a.start_seconds.total_cmp(&b.start_seconds));
    Some(chapters)
}

/// Returns the beginning of a text for a log: at most 2 KiB, with everything that looks like a JWT struck out.
pub fn sample(text: &str) -> String {
    let mut end = text.len().min(SAMPLE_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut rest = &text[..end];
    let mut redacted = String::with_capacity(end);
    // A JWT is the base64 of `{"`, whatever it is for.
    while let Some(at) = rest.find("eyJ") {
        redacted.push_str(&rest[..at]);
        redacted.push_str("[token]");
        rest = rest[at..].trim_start_matches(is_token);
    }
    redacted + rest
}

#[cfg(test)]
#[path = "protocol_tests.rs"]
mod tests;
