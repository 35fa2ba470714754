//! Every message of the socket: tolerant decoding of what arrives, strict encoding of what is sent.

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
pub(crate) mod lenient;
#[cfg(any(test, feature = "replay"))]
pub mod replay;
pub mod snapshot;
mod tolerant;

pub use content::content;
pub(crate) use tolerant::{error, progress, thumbnail};

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
    /// The backend has accepted the token that came in the first message.
    Accepted,
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
    /// How many of its fields could not be read, and are left out.
    pub lost: u32,
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
    /// Several at once, as a flat message carries them.
    Many(Vec<Body>),
}

/// The progress of a job or a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// How far it has come.
    pub status: Status,
    /// 0–100; none where the backend left it out.
    pub progress_percent: Option<f64>,
    /// Why it failed.
    pub error_message: Option<String>,
}

/// The payload of an ERROR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorData {
    /// The backend's code.
    pub error_code: String,
    /// The backend's words for a person.
    pub error_message: String,
    /// Whether processing goes on.
    pub recoverable: bool,
    /// The stage that it happened in.
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
    /// The job that it is about, where that could be read: what it said is asked of REST.
    pub job_id: Option<JobId>,
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
    decode_from(text, None)
}

/// Reads one frame of a backend, to whose REST address paths of pictures belong.
///
/// # Errors
/// As [`decode`].
pub fn decode_from(text: &str, api_url: Option<&Url>) -> Result<Frame, Rejected> {
    if let Some(event) = fast_decode::event(text, api_url) {
        return Ok(Frame::Event(event));
    }
    tolerant::read(text, api_url).map_err(|fault| {
        let tolerant::Fault { kind, reason, job_id } = fault;
        // The reason may quote the message.
        Rejected { kind, reason: sample(&reason), sample: sample(text), job_id }
    })
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
mod tests;
