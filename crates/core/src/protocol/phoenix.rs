//! The frames of Phoenix channels, in which Supabase Realtime carries messages. Source: docs/protocol.md#realtime.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use url::Url;

use super::{Change, Frame, Rejected, RejectedKind, decode_as, json, sample};
use crate::JobId;

/// The kind of a binary frame with a broadcast.
const BROADCAST_FRAME: u8 = 4;
/// The encoding of a binary frame whose payload is JSON.
const JSON_PAYLOAD: u8 = 1;

/// The format of frames: `vsn` in the URL of the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// `1.0.0`: objects.
    #[default]
    V1,
    /// `2.0.0`: arrays, and broadcasts also as binary frames.
    V2,
}

/// A frame that is sent.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    /// The reference of the join that the frame belongs to; none on the topic of heartbeats.
    pub join_ref: Option<&'a str>,
    /// The reference by which the reply is recognised.
    pub reference: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// The event, such as `phx_join`.
    pub event: &'a str,
    /// The payload.
    pub payload: &'a Value,
}

/// A received frame. Its payload is still JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received<'a> {
    /// The reference of the join that the frame belongs to.
    pub join_ref: Option<String>,
    /// The reference of the frame that it replies to.
    pub reference: Option<String>,
    /// The topic.
    pub topic: String,
    /// The event, such as `phx_reply`.
    pub event: String,
    /// The payload.
    pub payload: Cow<'a, str>,
}

/// The payload of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Whether the request succeeded.
    pub is_ok: bool,
    /// The reason of an error: `<Code>: <text>`.
    pub reason: String,
}

/// The payload of a `system` event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemMessage {
    /// Whether it reports an error.
    pub is_error: bool,
    /// What it is about: `system`, or `postgres_changes`.
    pub extension: String,
    /// The message.
    pub message: String,
}

/// The payload of a broadcast.
#[derive(Clone, Debug, PartialEq)]
pub struct Broadcast {
    /// The id of the message (`meta.id`), by which one that was seen before is recognised.
    pub id: Option<String>,
    /// The message; none if it is not meant for Tallylight.
    pub frame: Option<Result<Frame, Rejected>>,
}

impl Push<'_> {
    /// Returns the frame as text.
    pub fn to_text(&self, version: Version) -> String {
        let Self { join_ref, reference, topic, event, payload } = self;
        match version {
            Version::V1 => {
                json!({ "join_ref": join_ref, "ref": reference, "topic": topic, "event": event, "payload": payload })
                    .to_string()
            }
            Version::V2 => json!([join_ref, reference, topic, event, payload]).to_string(),
        }
    }
}

#[derive(Deserialize)]
struct Object<'a> {
    join_ref: Option<Value>,
    #[serde(rename = "ref")]
    reference: Option<Value>,
    topic: String,
    event: String,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Array<'a>(Option<Value>, Option<Value>, String, String, #[serde(borrow, default)] Option<&'a RawValue>);

impl<'a> Received<'a> {
    /// Reads a text frame, in either format.
    ///
    /// # Errors
    /// It is no frame of a channel.
    pub fn from_text(text: &'a str) -> Result<Self, Rejected> {
        if let Some(received) = Self::strict(text) {
            return Ok(received);
        }
        // With what JSON does not allow, such as NaN: the tolerant reader writes it anew without.
        let normal = json::parse(text).ok().map(|parsed| parsed.value.to_string());
        normal.as_deref().and_then(Received::strict).map(Received::into_owned).ok_or_else(|| Rejected {
            kind: RejectedKind::NotAMessage,
            reason: "not a frame of a channel".to_owned(),
            sample: sample(text),
            job_id: None,
        })
    }

    fn strict(text: &'a str) -> Option<Self> {
        let is_array = text.trim_start().starts_with('[');
        let (join_ref, reference, topic, event, payload) = if is_array {
            let Array(join_ref, reference, topic, event, payload) = serde_json::from_str(text).ok()?;
            (join_ref, reference, topic, event, payload)
        } else {
            let Object { join_ref, reference, topic, event, payload } = serde_json::from_str(text).ok()?;
            (join_ref, reference, topic, event, payload)
        };
        let payload = payload.map_or(Cow::Borrowed("{}"), |payload| Cow::Borrowed(payload.get()));
        Some(Self { join_ref: join_ref.and_then(id), reference: reference.and_then(id), topic, event, payload })
    }

    /// Reads a binary frame, which holds a broadcast.
    ///
    /// # Errors
    /// It is another kind of frame, or cut short.
    pub fn from_binary(bytes: &'a [u8]) -> Result<Self, Rejected> {
        Self::broadcast_frame(bytes).ok_or_else(|| Rejected {
            kind: RejectedKind::NotAMessage,
            reason: "not a binary frame of a channel".to_owned(),
            sample: String::new(),
            job_id: None,
        })
    }

    fn broadcast_frame(bytes: &'a [u8]) -> Option<Self> {
        let [BROADCAST_FRAME, topic, event, meta, JSON_PAYLOAD, rest @ ..] = bytes else { return None };
        let (topic, rest) = rest.split_at_checked(usize::from(*topic))?;
        let (event, rest) = rest.split_at_checked(usize::from(*event))?;
        let (meta, payload) = rest.split_at_checked(usize::from(*meta))?;
        let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).ok();
        let (event, payload) = (serde_json::to_string(text(event)?).ok()?, text(payload)?);
        let meta = text(meta).filter(|meta| !meta.is_empty()).unwrap_or("null");
        Some(Self {
            join_ref: None,
            reference: None,
            topic: text(topic)?.to_owned(),
            event: "broadcast".to_owned(),
            payload: Cow::Owned(format!(r#"{{"event":{event},"meta":{meta},"payload":{payload}}}"#)),
        })
    }

    fn into_owned(self) -> Received<'static> {
        Received { payload: Cow::Owned(self.payload.into_owned()), ..self }
    }

    /// Returns the payload of a `phx_reply`.
    pub fn reply(&self) -> Reply {
        let payload = self.value();
        let reason = &payload["response"]["reason"];
        let reason = reason.as_str().map_or_else(|| reason.to_string(), str::to_owned);
        Reply { is_ok: payload["status"] == "ok", reason }
    }

    /// Returns the payload of a `system` event.
    pub fn system(&self) -> SystemMessage {
        let payload = self.value();
        let text = |name: &str| payload[name].as_str().unwrap_or_default().to_owned();
        SystemMessage { is_error: payload["status"] == "error", extension: text("extension"), message: text("message") }
    }

    /// Returns the payload of a `broadcast`, with its message.
    pub fn broadcast(&self, tables: &[String], api_url: Option<&Url>) -> Broadcast {
        #[derive(Deserialize)]
        struct Payload<'a> {
            event: Option<String>,
            meta: Option<Value>,
            #[serde(borrow)]
            payload: Option<&'a RawValue>,
        }
        let Ok(payload) = serde_json::from_str::<Payload<'_>>(&self.payload) else {
            return Broadcast { id: None, frame: None };
        };
        let message = payload.payload.map_or("{}", RawValue::get);
        let id = payload.meta.and_then(|mut meta| meta.get_mut("id").map(Value::take)).and_then(id);
        Broadcast { id, frame: broadcast_frame(payload.event.as_deref().unwrap_or_default(), message, tables, api_url) }
    }

    /// Returns what changed according to a `postgres_changes` event; none if it is about another table.
    pub fn change(&self, tables: &[String]) -> Option<Change> {
        let payload = self.value();
        let data = payload.get("data").filter(|data| data.is_object()).unwrap_or(&payload);
        let kind = data["type"].as_str().or(data["eventType"].as_str())?;
        change(kind, data, tables)
    }

    fn value(&self) -> Value {
        json::parse(&self.payload).map(|parsed| parsed.value).unwrap_or_default()
    }
}

/// Reads a broadcast: one of the five messages, or the row of a trigger that calls `realtime.broadcast_changes`.
fn broadcast_frame(
    event: &str,
    message: &str,
    tables: &[String],
    api_url: Option<&Url>,
) -> Option<Result<Frame, Rejected>> {
    let kind = event.trim().to_ascii_uppercase();
    match kind.as_str() {
        "INSERT" | "UPDATE" | "DELETE" if event == kind => {
            let row = json::parse(message).ok()?.value;
            change(&kind, &row, tables).map(|change| Ok(Frame::Changed(change)))
        }
        "JOB_UPDATE" | "STAGE_UPDATE" | "METADATA_UPDATE" | "THUMBNAIL_GENERATED" | "ERROR" => {
            Some(decode_as(&kind, message, api_url))
        }
        // A channel may carry what is meant for other programs.
        _ => decode_as("", message, api_url).ok().filter(|frame| matches!(frame, Frame::Event(_))).map(Ok),
    }
}

/// Reads a change of a row of one of the tables.
fn change(kind: &str, data: &Value, tables: &[String]) -> Option<Change> {
    let name = data["table"].as_str()?;
    let schema = data["schema"].as_str().unwrap_or("public");
    let is_table = |table: &String| match table.split_once('.') {
        Some((of, table)) => of == schema && table == name,
        None => table == name,
    };
    if !tables.iter().any(is_table) {
        return None;
    }
    let row = ["record", "new", "old_record", "old"].into_iter().map(|row| &data[row]);
    let row = row.into_iter().find(|row| row.as_object().is_some_and(|row| !row.is_empty()));
    let job_id = ["job_id", "id"].into_iter().find_map(|name| id(row?.get(name)?.clone()));
    match job_id {
        Some(job_id) if kind.eq_ignore_ascii_case("UPDATE") => Some(Change::Job(JobId::new(job_id))),
        _ => Some(Change::List),
    }
}

/// Returns an id or a reference, which may be a number.
fn id(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
