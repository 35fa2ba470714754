//! Inputs, effects and values of the edits state machine.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{
    Error, JobId, Reason,
    library::ConfirmedEdit,
    model::job::{Content, Field},
    model::json_field::LossCounter,
    protocol::{content, snapshot::Snapshot},
};

/// The id of an edit. Ids increase, so that their order is the order in which the edits were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(pub i64);

/// The changes that the user saved for one job at one time: one request to the backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The id of the edit.
    pub op_id: OpId,
    /// The job that is edited.
    pub job_id: JobId,
    /// The changed fields only.
    #[serde(deserialize_with = "contents")]
    pub changes: BTreeMap<Field, Content>,
    /// The delivery state.
    pub state: EditState,
}

impl Edit {
    /// Returns the JSON body of the request.
    pub fn body(&self) -> Value {
        let fields = self.changes.iter().map(|(field, content)| {
            // Serializing text, lists and numbers never fails.
            (field.key().to_owned(), serde_json::to_value(content).unwrap_or_default())
        });
        Value::Object(fields.collect::<Map<_, _>>())
    }
}

/// The changes requested by a window or a script.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "BTreeMap<Field, Value>")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "Partial<Record<Field, Content>>"))]
pub struct Changes(pub BTreeMap<Field, Content>);

impl TryFrom<BTreeMap<Field, Value>> for Changes {
    type Error = String;

    fn try_from(values: BTreeMap<Field, Value>) -> Result<Self, Self::Error> {
        let read = |(field, value): (Field, Value)| Ok((field, read_content(field, &value)?));
        values.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// Whether an edit may have been delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditState {
    /// The edit was never sent, or was certainly not delivered.
    Queued,
    /// The edit was sent and the result is unknown. The job is fetched before the edit is sent again.
    Sent,
}

/// A text of the user that the backend does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DraftData")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Draft {
    /// The job of the text.
    pub job_id: JobId,
    /// The field of the text.
    pub field: Field,
    /// The text.
    pub content: Content,
    /// The content of the field when the user began to type; none if it was empty.
    pub base: Option<Content>,
    /// The reason why the backend does not have the text. The window only sends typed ones.
    #[cfg_attr(feature = "bindings", ts(type = "{ kind: \"typed\" }"))]
    pub cause: DraftStatus,
}

/// The reason why a text is a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "reason", rename_all = "snake_case")]
pub enum DraftStatus {
    /// The user has not saved it yet.
    Typed,
    /// The backend refused it.
    Refused(Reason),
    /// The field was changed elsewhere in the meantime, and the user has to choose.
    Conflict(Reason),
}

/// An input of the state machine.
#[derive(Clone, Debug)]
pub enum Input {
    /// The user saves these fields of a job.
    Edit(JobId, BTreeMap<Field, Content>),
    /// The user types a text.
    Type(Draft),
    /// The user discards a draft.
    Discard(JobId, Field),
    /// Requests can be sent: a user is signed in.
    Opened,
    /// Requests cannot be sent.
    Closed,
    /// A new access token is available.
    TokenRefreshed,
    /// The backend has just responded to some request.
    Reachable,
    /// The current job of an edit that may have been delivered, or the error of fetching it.
    Checked(OpId, Result<Box<Snapshot>, Answer>),
    /// The result of sending an edit.
    Answered(OpId, Answer),
    /// Time has passed.
    Tick,
}

/// The backend's response to an edit.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The edit was saved; with the current job, if the response contains it.
    Saved(Option<Box<Snapshot>>),
    /// The job was changed in the meantime; with the current job, if the response contains it.
    Conflict(Option<Box<Snapshot>>, Reason),
    /// The edit was refused for good: the named fields with a reason for each, or all fields if none is named.
    Refused(Vec<(Field, String)>, Reason),
    /// The access token was refused.
    Unauthorized,
    /// No response, or none that decides.
    Unanswered(Unanswered),
}

/// A request without a decisive response, which may or may not have been delivered.
#[derive(Clone, Debug)]
pub struct Unanswered {
    /// The error.
    pub error: Error,
    /// The backend's `Retry-After`.
    pub retry_after: Option<Duration>,
    /// Whether the request may have been delivered.
    pub arrival: DeliveryCertainty,
}

/// Whether a request may have been delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryCertainty {
    /// The request was not delivered.
    NotDelivered,
    /// The request may have been delivered.
    Unknown,
}

/// An effect to be performed by the client. The effects on disk come first and form one transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Store an edit, replacing the one with the same id.
    PersistEdit(Edit),
    /// Delete an edit that is finished.
    DeleteEdit(OpId),
    /// Store a draft, replacing the one of the same field.
    PersistDraft(Draft),
    /// Delete a draft.
    DeleteDraft(JobId, Field),
    /// Confirm these fields in the library: the backend has them.
    Confirm(ConfirmedEdit),
    /// Merge a snapshot into the library.
    Merge(Box<Snapshot>),
    /// Fetch the job.
    Check(OpId, JobId),
    /// Send an edit.
    Send(Edit),
    /// Refresh the access token.
    RefreshToken,
    /// The job for display changed.
    Changed(JobId),
    /// Publish the outcome for a field.
    Publish(FieldOutcome),
}

/// The outcome of an edit for one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldOutcome {
    /// The job.
    pub job_id: JobId,
    /// The field.
    pub field: Field,
    /// The outcome.
    pub outcome: EditOutcome,
    /// The reason for the outcome; for a queued edit, the reason of the delay.
    pub reason: Option<Reason>,
}

/// The outcome of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum EditOutcome {
    /// The edit is shown, stored on disk, and waits for the backend.
    Queued,
    /// The backend confirmed the edit.
    Saved,
    /// The backend refused the edit; the text is kept as a draft.
    Refused,
    /// The field was changed elsewhere in the meantime; the text is kept as a draft, and the user has to choose.
    Conflict,
}

/// Deserializes contents depending on the field, because an empty list of chapters looks like an empty list of tags.
fn contents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Field, Content>, D::Error> {
    let kept = BTreeMap::<Field, Value>::deserialize(deserializer)?;
    Ok(kept
        .into_iter()
        .filter_map(|(field, value)| Some((field, content(field, &value, &LossCounter::default())?)))
        .collect())
}

#[derive(Deserialize)]
struct DraftData {
    job_id: JobId,
    field: Field,
    content: Value,
    base: Option<Value>,
    cause: DraftStatus,
}

impl TryFrom<DraftData> for Draft {
    type Error = String;

    fn try_from(data: DraftData) -> Result<Self, Self::Error> {
        let DraftData { job_id, field, cause, .. } = data;
        let base = data.base.as_ref().and_then(|value| content(field, value, &LossCounter::default()));
        Ok(Self { job_id, field, content: read_content(field, &data.content)?, base, cause })
    }
}

/// Parses a requested value for a field.
///
/// # Errors
/// Returns a message if the value does not fit the field.
pub fn read_content(field: Field, value: &Value) -> Result<Content, String> {
    let lost = LossCounter::default();
    // No part of a user's text may be dropped silently.
    let whole = content(field, value, &lost).filter(|_| lost.count() == 0);
    whole.map(Content::cleaned).ok_or_else(|| format!("invalid value for {}", field.as_str()))
}
