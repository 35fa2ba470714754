//! The frames of Phoenix channels in both formats (docs/protocol.md#realtime).

use serde_json::{Value, json, value::RawValue};

/// The kind of a binary frame with a broadcast of a client.
const BROADCAST_PUSH: u8 = 3;

/// The format of frames: `vsn` in the URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// `1.0.0`: objects.
    #[default]
    V1,
    /// `2.0.0`: arrays, and broadcasts also as binary frames.
    V2,
}

/// A frame from a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The reference of the join that the frame belongs to.
    pub join_ref: Option<String>,
    /// The reference for the reply.
    pub reference: Option<String>,
    /// The topic.
    pub topic: String,
    /// The event, such as `phx_join`.
    pub event: String,
    /// The payload.
    pub payload: Value,
}

/// A frame to a client, without its payload.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'a> {
    /// The reference of the join that the frame belongs to.
    pub join_ref: Option<&'a str>,
    /// The reference of the frame that it replies to.
    pub reference: Option<&'a str>,
    /// The topic.
    pub topic: &'a str,
    /// The event, such as `phx_reply`.
    pub event: &'a str,
}

impl Version {
    /// Returns the format of a `vsn`; `None` if there is no such format.
    pub fn parse(vsn: Option<&str>) -> Option<Self> {
        match vsn {
            None | Some("1.0.0") => Some(Self::V1),
            Some("2.0.0") => Some(Self::V2),
            Some(_) => None,
        }
    }

    /// Reads a text frame; `None` if it is none.
    pub fn read(self, text: &str) -> Option<Incoming> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        let [join_ref, reference, topic, event, payload] = match self {
            Self::V1 => {
                let frame = value.as_object_mut()?;
                ["join_ref", "ref", "topic", "event", "payload"].map(|name| frame.remove(name).unwrap_or_default())
            }
            Self::V2 => {
                let parts = value.as_array_mut().filter(|parts| parts.len() >= 5)?;
                [0, 1, 2, 3, 4].map(|index| parts[index].take())
            }
        };
        Some(Incoming {
            join_ref: reference_of(join_ref),
            reference: reference_of(reference),
            topic: topic.as_str()?.to_owned(),
            event: event.as_str()?.to_owned(),
            payload,
        })
    }

    /// Reads a binary frame, which is a broadcast of a client; `None` if it is none.
    pub fn read_binary(bytes: &[u8]) -> Option<Incoming> {
        let [BROADCAST_PUSH, join_ref, reference, topic, event, meta, 1, rest @ ..] = bytes else { return None };
        let mut rest = rest;
        let mut take = |length: &u8| {
            let (part, others) = rest.split_at_checked(usize::from(*length))?;
            rest = others;
            std::str::from_utf8(part).ok().map(str::to_owned)
        };
        let (join_ref, reference, topic, event) = (take(join_ref)?, take(reference)?, take(topic)?, take(event)?);
        take(meta)?;
        let payload: Value = serde_json::from_slice(rest).ok()?;
        let some = |text: String| (!text.is_empty()).then_some(text);
        Some(Incoming {
            join_ref: some(join_ref),
            reference: some(reference),
            topic,
            event: "broadcast".to_owned(),
            payload: json!({ "type": "broadcast", "event": event, "payload": payload }),
        })
    }

    /// Writes a frame. The payload is JSON text.
    pub fn write(self, head: Head<'_>, payload: &str) -> String {
        let Head { join_ref, reference, topic, event } = head;
        // What is no JSON is written as null: the payloads come from this program or from its parser.
        let payload = RawValue::from_string(payload.to_owned()).unwrap_or_else(|_| RawValue::NULL.to_owned());
        let written = match self {
            Self::V1 => serde_json::to_string(&V1 { join_ref, reference, topic, event, payload }),
            Self::V2 => serde_json::to_string(&(join_ref, reference, topic, event, payload)),
        };
        written.unwrap_or_default()
    }
}

#[derive(serde::Serialize)]
struct V1<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    join_ref: Option<&'a str>,
    #[serde(rename = "ref")]
    reference: Option<&'a str>,
    topic: &'a str,
    event: &'a str,
    payload: Box<RawValue>,
}

/// Returns a reference, which clients write as a text or as a number.
fn reference_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_and_written_in_both_formats() {
        let one = Version::V1.read(r#"{"topic":"t","event":"e","ref":2,"join_ref":"1","payload":{"a":1}}"#);
        let two = Version::V2.read(r#"["1","2","t","e",{"a":1}]"#);
        assert_eq!(one, two);
        assert_eq!(one.expect("a frame").payload, json!({ "a": 1 }));
        for broken in ["", "{}", "[]", r#"["1","2","t"]"#, r#"{"topic":7,"event":"e"}"#] {
            assert_eq!((Version::V1.read(broken), Version::V2.read(broken)), (None, None), "{broken}");
        }
        let head = Head { reference: Some("2"), topic: "t", event: "e", ..Head::default() };
        assert_eq!(Version::V1.write(head, r#"{"b":1}"#), r#"{"ref":"2","topic":"t","event":"e","payload":{"b":1}}"#);
        assert_eq!(Version::V2.write(head, r#"{"b":1}"#), r#"[null,"2","t","e",{"b":1}]"#);
    }

    #[test]
    fn binary_broadcast_of_a_client_is_read_and_a_cut_one_is_not() {
        let bytes = [&[3, 1, 1, 1, 2, 2, 1][..], b"12te1{}", br#"{"a":1}"#].concat();
        let incoming = Version::read_binary(&bytes).expect("a frame");
        assert_eq!((incoming.topic.as_str(), incoming.reference.as_deref()), ("t", Some("2")));
        assert_eq!(incoming.payload, json!({ "type": "broadcast", "event": "e1", "payload": { "a": 1 } }));
        for length in 0..bytes.len() {
            assert_eq!(Version::read_binary(&bytes[..length]), None, "{length} bytes");
        }
    }
}
