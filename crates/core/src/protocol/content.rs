//! Decoding of metadata contents: the format of the specification, and similar formats of real backends.

use serde_json::Value;

use crate::{
    model::job::{Chapter, Content, Field},
    model::json_field::{self, Fields, LossCounter},
};

/// Reads the content of a field; none if it is unreadable. In a list, each element is read on its own.
pub fn content(field: Field, value: &Value, lost: &LossCounter) -> Option<Content> {
    match field {
        Field::Title | Field::Description => value.as_str().map(|text| Content::Text(text.to_owned())),
        Field::Transcript => transcript(value).map(Content::Text),
        Field::Tags => tags(value, lost).map(Content::Tags),
        Field::Chapters => chapters(value, lost).map(Content::Chapters),
        Field::Thumbnail => json_field::optional_id(value).ok().flatten().map(Content::Text),
    }
}

fn transcript(value: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    text(value).or_else(|| ["text", "transcript_text", "transcript"].iter().find_map(|key| text(value.get(*key)?)))
}

fn tags(value: &Value, lost: &LossCounter) -> Option<Vec<String>> {
    match value {
        Value::Array(tags) => {
            let read = |tag: &Value| tag.as_str().map(str::to_owned).or_else(|| lost.one());
            Some(tags.iter().filter_map(read).collect())
        }
        Value::String(text) => {
            Some(text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
        }
        Value::Object(map) => tags(map.get("tags")?, lost),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn chapters(value: &Value, lost: &LossCounter) -> Option<Vec<Chapter>> {
    let entries = value.as_array().or_else(|| value.get("chapters")?.as_array())?;
    let mut chapters: Vec<Chapter> = entries.iter().filter_map(|entry| chapter(entry, lost)).collect();
    chapters.sort_by(|a, b| a.start_seconds.total_cmp(&b.start_seconds));
    Some(chapters)
}

/// The names that backends use for the start of a chapter; the first one is the documented one.
const START: [&str; 5] = ["start_seconds", "start", "start_time", "timestamp", "time"];

fn chapter(entry: &Value, lost: &LossCounter) -> Option<Chapter> {
    if !entry.is_object() {
        return lost.one();
    }
    let fields = Fields::of(entry, lost);
    let start = fields.value(&START).and_then(json_field::seconds).or_else(|| lost.one())?;
    Some(Chapter { start_seconds: start.max(0.0), title: fields.text(&["title", "name"]).unwrap_or_default() })
}
