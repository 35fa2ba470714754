//! The JSON form of a record on disk.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::{LwwRegister, Parts};
use crate::{
    model::job::{Content, Field},
    model::json_field::LossCounter,
    protocol::content,
};

/// Serializes parts as a map, as earlier versions did, even if they are empty.
pub(super) fn as_map<K: Serialize, V: Serialize, S: Serializer>(
    parts: &Parts<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(parts.iter())
}

/// Reads metadata depending on the field, because an empty list of chapters looks like an empty list of tags. Values
/// written by this version are deserialized directly, because there may be 100,000 of them; any other value is read
/// tolerantly like a message.
pub(super) fn metadata<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Parts<Field, LwwRegister<Content>>, D::Error> {
    let kept = BTreeMap::<Field, LwwRegister<&'de RawValue>>::deserialize(deserializer)?;
    let read = kept.into_iter().filter_map(|(field, LwwRegister { at, value })| {
        let value = parse_exact(field, value.get()).or_else(|| parse_tolerant(field, value.get()))?;
        Some((field, LwwRegister { at, value }))
    });
    Ok(read.collect())
}

fn parse_exact(field: Field, json: &str) -> Option<Content> {
    match field {
        Field::Title | Field::Description | Field::Thumbnail => serde_json::from_str(json).ok().map(Content::Text),
        Field::Transcript => serde_json::from_str(json).ok().map(Content::EvictedTranscript),
        Field::Tags => serde_json::from_str(json).ok().map(Content::Tags),
        Field::Chapters => serde_json::from_str(json).ok().map(Content::Chapters),
    }
}

fn parse_tolerant(field: Field, json: &str) -> Option<Content> {
    content(field, &serde_json::from_str::<Value>(json).ok()?, &LossCounter::default())
}
