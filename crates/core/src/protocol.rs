//! The messages of the socket: tolerant decoding of received messages, strict encoding of sent ones. Source:
//! docs/protocol.md#messages.

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use crate::{
    JobId, StageId,
    model::job::{Content, Field, Status, Thumbnail},
};

mod content;
mod fast_decode;
pub mod json;
pub mod phoenix;
pub mod snapshot;
mod tolerant;

pub use content::content;
pub(crate) use tolerant::{error, progress, thumbnail};

/// The maximum size of a received message, in bytes; a larger one closes the connection with code 1009.
pub const MESSAGE_LIMIT: usize = 8 << 20;
/// The maximum size of a sample of an unreadable message, in bytes.
const SAMPLE_LIMIT: usize = 2 << 10;
/// The maximum number of ids in one subscription frame.
pub const SUBSCRIPTION_CHUNK: usize = 500;

/// A readable frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// A heartbeat that has to be answered.
    Heartbeat(Heartbeat),
    /// The confirmation of a token that was sent in the first message.
    Accepted,
    /// A message about a job.
    Event(Event),
    /// A row of the database changed: what it belongs to has to be fetched.
    Changed(Change),
}

/// What a changed row of the database belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One job.
    Job(JobId),
    /// The list of jobs.
    List,
}

/// The kind of heartbeat, which determines the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// `HEARTBEAT`, answered with `heartbeat`.
    Heartbeat,
    /// `PING`, answered with `pong`.
    Ping,
}

/// One of the five messages of the specification.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The id of the job.
    pub job_id: JobId,
    /// The timestamp of the message; none if it is missing or unreadable.
    pub at: Option<Timestamp>,
    /// The payload.
    pub body: Body,
    /// The number of unreadable fields, which were left out.
    pub lost: u32,
}

/// The payload of an [`Event`].
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
    /// Several payloads, from a flat message.
    Many(Vec<Body>),
}

/// The progress of a job or a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The status.
    pub status: Status,
    /// The percentage, 0–100; none if the backend did not send it.
    pub progress_percent: Option<f64>,
    /// The reason of a failure.
    pub error_message: Option<String>,
}

/// The payload of an ERROR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorData {
    /// The error code of the backend.
    pub error_code: String,
    /// The error message of the backend, to be shown to the user.
    pub error_message: String,
    /// Whether processing continues.
    pub recoverable: bool,
    /// The stage in which the error occurred.
    pub affected_stage: Option<StageId>,
}

/// A message that was skipped, for the log and for diagnostics.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Rejected {
    /// The kind of fault.
    pub kind: RejectedKind,
    /// The reason why it could not be read.
    pub reason: String,
    /// The beginning of the message, at most 2 KiB, without tokens.
    pub sample: String,
    /// The id of the job, if it could be read: the job is then refetched.
    pub job_id: Option<JobId>,
}

/// The fault of a skipped message; stable, so that it can be counted and reported without the content of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum RejectedKind {
    /// The text is not a JSON object with a `type`.
    NotAMessage,
    /// The bytes are not valid UTF-8.
    NotUtf8,
    /// The type is not in the specification.
    UnknownType,
    /// The payload lacks required fields.
    Unreadable,
    /// The message is larger than [`MESSAGE_LIMIT`].
    TooLarge,
    /// The maximum number of jobs is reached.
    TooManyJobs,
}

/// A message sent to the backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum ClientMessage {
    /// Subscribes to updates of jobs.
    Subscribe {
        /// At most [`SUBSCRIPTION_CHUNK`] ids.
        job_ids: Vec<JobId>,
    },
    /// Answers a HEARTBEAT.
    Heartbeat {
        /// The time of the answer.
        timestamp: Timestamp,
    },
    /// Answers a PING.
    Pong {
        /// The time of the answer.
        timestamp: Timestamp,
    },
}

impl ClientMessage {
    /// Returns the frame as JSON text.
    pub fn to_text(&self) -> String {
        // Serializing a struct of strings and timestamps never fails.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Decodes a frame.
///
/// # Errors
/// Returns the reason and a sample of the frame if it is not a message of the specification, even with the tolerance
/// described in docs/protocol.md.
pub fn decode(text: &str) -> Result<Frame, Rejected> {
    decode_from(text, None)
}

/// Decodes a frame. Relative thumbnail URLs are resolved against the backend's `api_url`.
///
/// # Errors
/// As [`decode`].
pub fn decode_from(text: &str, api_url: Option<&Url>) -> Result<Frame, Rejected> {
    decode_as("", text, api_url)
}

/// Decodes a frame that may lack its type, because its envelope has named it. The type in the frame goes before.
///
/// # Errors
/// As [`decode`].
fn decode_as(kind: &str, text: &str, api_url: Option<&Url>) -> Result<Frame, Rejected> {
    if let Some(event) = fast_decode::event(text, api_url) {
        return Ok(Frame::Event(event));
    }
    tolerant::read(text, kind, api_url).map_err(|fault| {
        let tolerant::Fault { kind, reason, job_id } = fault;
        // The reason may quote the message.
        Rejected { kind, reason: sample(&reason), sample: sample(text), job_id }
    })
}

/// Returns the beginning of a text for a log: at most 2 KiB, with everything that looks like a JWT removed.
pub fn sample(text: &str) -> String {
    let mut end = text.len().min(SAMPLE_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut rest = &text[..end];
    let mut redacted = String::with_capacity(end);
    // Every JWT begins with the base64 form of `{"`.
    while let Some(at) = rest.find("eyJ") {
        redacted.push_str(&rest[..at]);
        redacted.push_str("[token]");
        rest = rest[at..].trim_start_matches(is_token);
    }
    redacted + rest
}

#[cfg(test)]
mod tests;
