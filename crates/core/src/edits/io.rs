//! The words of the machine for edits: what it is told, and what it wants done.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{
    Error, JobId,
    model::job::{Content, Field},
    protocol::{content, lenient::LossCounter, snapshot::Snapshot},
    view::{EditView, ReasonView},
};

/// Names an edit; counts up, so that the order of the ids is the order in which they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpId(pub i64);

/// Is what a person changed of one job at one time: one request to the backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Which edit it is.
    pub op_id: OpId,
    /// Which job it changes.
    pub job_id: JobId,
    /// The changed fields alone.
    #[serde(deserialize_with = "contents")]
    pub changes: BTreeMap<Field, Content>,
    /// How far it has come.
    pub state: EditState,
}

impl Edit {
    /// Returns the body of the request.
    pub fn body(&self) -> Value {
        let fields = self.changes.iter().map(|(field, content)| {
            // Text, lists and numbers have no way to fail.
            (field.key().to_owned(), serde_json::to_value(content).unwrap_or_default())
        });
        Value::Object(fields.collect::<Map<_, _>>())
    }
}

/// Is what a window or a script wants to change.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "BTreeMap<Field, Value>")]
pub struct Changes(pub BTreeMap<Field, Content>);

impl TryFrom<BTreeMap<Field, Value>> for Changes {
    type Error = String;

    fn try_from(values: BTreeMap<Field, Value>) -> Result<Self, Self::Error> {
        let read = |(field, value): (Field, Value)| Ok((field, read_content(field, &value)?));
        values.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

/// Tells whether the backend may have an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditState {
    /// It was never sent, or certainly did not arrive.
    Queued,
    /// It was sent, and nothing is known of what became of it. It is asked for before it is sent again.
    Sent,
}

/// Is a text that a person typed and the backend does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DraftData")]
pub struct Draft {
    /// Which job it is for.
    pub job_id: JobId,
    /// Which field.
    pub field: Field,
    /// What was typed.
    pub content: Content,
    /// What the field held when the typing began; none where it held nothing.
    pub base: Option<Content>,
    /// Why it is none of the backend's.
    pub cause: DraftStatus,
}

/// Tells why a draft is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "reason", rename_all = "snake_case")]
pub enum DraftStatus {
    /// It was not saved yet.
    Typed,
    /// The backend refused it.
    Refused(ReasonView),
    /// The field was changed meanwhile, and the person is to choose.
    Conflict(ReasonView),
}

/// Is what the machine is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// The person saves these fields of a job.
    Edit(JobId, BTreeMap<Field, Content>),
    /// The person types.
    Type(Draft),
    /// The person throws a draft away.
    Discard(JobId, Field),
    /// Requests can be made: somebody is signed in.
    Opened,
    /// None can be made.
    Closed,
    /// There is a new access token.
    TokenRenewed,
    /// The backend has just answered something.
    Reachable,
    /// What the backend holds of a job whose edit may have arrived, or why it did not say.
    Checked(OpId, Result<Box<Snapshot>, Answer>),
    /// What became of an edit that was sent.
    Answered(OpId, Answer),
    /// A deadline may have passed.
    Tick,
}

/// Is the backend's answer to an edit.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It was saved; the job as it is now, where the backend said.
    Saved(Option<Box<Snapshot>>),
    /// The job was changed meanwhile, to this.
    Conflict(Option<Box<Snapshot>>, ReasonView),
    /// It was refused for good: these fields, with the reason for each, or all of it where none is named.
    Refused(Vec<(Field, String)>, ReasonView),
    /// The access token was refused.
    Unauthorized,
    /// There was none, or none that decides.
    Unanswered(Unanswered),
}

/// Is a request of which nobody knows what became, or that certainly did not arrive.
#[derive(Clone, Debug)]
pub struct Unanswered {
    /// Why.
    pub error: Error,
    /// How long the backend asks to wait.
    pub retry_after: Option<Duration>,
    /// Whether it may have arrived all the same.
    pub arrival: DeliveryCertainty,
}

/// Tells whether a request may have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryCertainty {
    /// It did not.
    NotDelivered,
    /// It may have.
    Unknown,
}

/// Is what the machine wants done. The entries for the disk come first, and are one transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keep this edit on disk, in place of what was kept under its id.
    PersistEdit(Edit),
    /// It is over: forget it.
    DeleteEdit(OpId),
    /// Keep this draft on disk, in place of the one of its field.
    PersistDraft(Draft),
    /// Forget a draft.
    DeleteDraft(JobId, Field),
    /// The backend has it: these fields are confirmed.
    Confirm(Confirmed),
    /// Take in what the backend holds.
    Merge(Box<Snapshot>),
    /// Ask what the backend holds of the job.
    Check(OpId, JobId),
    /// Send it.
    Send(Edit),
    /// A fresh access token is needed.
    RefreshToken,
    /// What a window sees of the job is different.
    Changed(JobId),
    /// Tell what became of a field.
    Publish(EditView),
}

/// Is an edit that the backend has.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    /// Of which job.
    pub job_id: JobId,
    /// The fields as they were sent.
    pub changes: BTreeMap<Field, Content>,
    /// The job as the backend answered.
    pub snapshot: Option<Box<Snapshot>>,
    /// When each field's confirmed word was said, at the time of sending; what is newer came meanwhile.
    pub sent_over: BTreeMap<Field, Timestamp>,
}

/// Reads contents by their field: an empty list of chapters looks like an empty list of tags.
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

/// Reads what somebody wants a field to hold.
///
/// # Errors
/// Says that the field cannot hold that.
pub fn read_content(field: Field, value: &Value) -> Result<Content, String> {
    let lost = LossCounter::default();
    // Of what a person wrote nothing may be left out.
    let whole = content(field, value, &lost).filter(|_| lost.count() == 0);
    whole.map(Content::cleaned).ok_or_else(|| format!("invalid value for {}", field.as_str()))
}
