//! What a template or a batch edit would make of a video.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use tallylight_core::{
    Error, JobId,
    edits::Edits,
    library::record::{PendingContent, Record},
    model::job::{Content, Field},
    templates::{TextChange, VideoTexts},
};

use crate::edit::unready;

/// What a template or a batch edit would make of a video.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct TextChangeView {
    /// The id of the job.
    pub job_id: JobId,
    /// The new content of each field that becomes different.
    #[cfg_attr(feature = "bindings", ts(type = "Changes"))]
    pub after: BTreeMap<Field, Content>,
    /// The present content of these fields.
    #[cfg_attr(feature = "bindings", ts(type = "Changes"))]
    pub before: BTreeMap<Field, Content>,
    /// The reason why the video is left as it is, although it would change.
    pub skipped: Option<SkipReason>,
}

/// The reason why a video is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum SkipReason {
    /// A field has a text of the user that is not saved, was refused, or is in conflict.
    Draft,
    /// A field is still to be made by the processing, which would replace the edit.
    NotReady,
    /// The video is not known here any longer.
    NotFound,
}

impl TextChangeView {
    /// Returns the view of a job that is not known.
    pub fn not_found(job_id: JobId) -> Self {
        Self { job_id, after: BTreeMap::new(), before: BTreeMap::new(), skipped: Some(SkipReason::NotFound) }
    }
}

/// Returns what a change would make of a job with the edits that are pending, in the fields that may be edited.
///
/// # Errors
/// Those of [`TextChange::apply`].
pub fn text_change(
    record: &Record,
    edits: &Edits,
    editable: &[Field],
    zone: &TimeZone,
    change: &TextChange,
) -> Result<TextChangeView, Error> {
    let texts = texts(record, &edits.pending(&record.job_id), zone);
    let mut after = change.apply(&texts)?;
    after.retain(|field, _| editable.contains(field));
    let before = after.keys().filter_map(|field| Some((*field, texts.content(*field)?))).collect();
    let skipped = if edits.drafts(&record.job_id).any(|draft| after.contains_key(&draft.field)) {
        Some(SkipReason::Draft)
    } else if unready(record).iter().any(|wait| after.contains_key(&wait.field)) {
        Some(SkipReason::NotReady)
    } else {
        None
    };
    Ok(TextChangeView { job_id: record.job_id.clone(), after, before, skipped })
}

fn texts(record: &Record, pending: &PendingContent<'_>, zone: &TimeZone) -> VideoTexts {
    let mut texts = VideoTexts {
        date: record.created_at.map(|at| Timestamp::from(at).to_zoned(zone.clone()).date().to_string()),
        ..VideoTexts::default()
    };
    for field in [Field::Title, Field::Description, Field::Tags, Field::Chapters] {
        let held = pending.get(&field).copied().or_else(|| record.metadata.get(&field).map(|held| &held.value));
        match (field, held.cloned()) {
            (Field::Title, Some(Content::Text(text))) => texts.title = text,
            (Field::Description, Some(Content::Text(text))) => texts.description = text,
            (Field::Tags, Some(Content::Tags(tags))) => texts.tags = tags,
            (Field::Chapters, Some(Content::Chapters(chapters))) => texts.chapters = chapters,
            (
                _,
                None | Some(Content::Text(_) | Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)),
            ) => {}
        }
    }
    texts
}
