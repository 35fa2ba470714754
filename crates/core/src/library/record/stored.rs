//! A record as the disk keeps it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::{LwwRegister, Parts};
use crate::{
    model::job::{Content, Field},
    protocol::{content, lenient::LossCounter},
};

/// Writes parts as a map, as earlier versions did, even where there are none.
pub(super) fn as_map<K: Serialize, V: Serialize, S: Serializer>(
    parts: &Parts<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(parts.iter())
}

/// Reads metadata by its field: an empty list of chapters looks like an empty list of tags. What this program wrote is
/// read without a detour, because there may be a hundred thousand of it; anything else as a message would be.
pub(super) fn metadata<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Parts<Field, LwwRegister<Content>>, D::Error> {
    let kept = BTreeMap::<Field, LwwRegister<&'de RawValue>>::deserialize(deserializer)?;
    let read = kept.into_iter().filter_map(|(field, LwwRegister { at, value })| {
        let value = as_written(field, value.get()).or_else(|| as_said(field, value.get()))?;
        Some((field, LwwRegister { at, value }))
    });
    Ok(read.collect())
}

fn as_written(field: Field, json: &str) -> Option<Content> {
    match field {
        Field::Title | Field::Description | Field::Thumbnail => serde_json::from_str(json).ok().map(Content::Text),
        Field::Transcript => serde_json::from_str(json).ok().map(Content::EvictedTranscript),
        Field::Tags => serde_json::from_str(json).ok().map(Content::Tags),
        Field::Chapters => serde_json::from_str(json).ok().map(Content::Chapters),
    }
}

fn as_said(field: Field, json: &str) -> Option<Content> {
    content(field, &serde_json::from_str::<Value>(json).ok()?, &LossCounter::default())
}
