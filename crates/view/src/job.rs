//! A complete job for display.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use tallylight_core::{
    VideoId,
    edits::Edits,
    forecast::Forecast,
    library::record::{FaultSummary, Record},
    model::job::{Chapter, Content, EvictedTranscript, Field, Thumbnail},
};

use crate::{
    edit::{DraftView, NotEditableYetView, unready},
    row::{self, RowView},
    stages::{StageView, stages},
};

/// A complete job for display: its row, and the data of the detail view.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobView {
    /// The row in a list.
    #[serde(flatten)]
    pub row: RowView,
    /// The id of the video.
    pub video_id: Option<VideoId>,
    /// What the backend reported that needs no person.
    pub notes: Vec<FaultSummary>,
    /// The stages, in pipeline order.
    pub stages: Vec<StageView>,
    /// The metadata.
    pub metadata: MetadataView,
    /// A value that changes with the transcript, which may be omitted in a batch of changes.
    pub transcript_version: Option<String>,
    /// The thumbnails in the order of their creation; those known from a snapshot only are ordered by their position in
    /// the video.
    pub thumbnails: Vec<Thumbnail>,
    /// The URL of the cover: the chosen thumbnail, or the first one.
    pub cover_url: Option<String>,
    /// The URL at which the video can be played: https, or http on loopback. It may expire.
    pub playback_url: Option<String>,
    /// The fields with an edit that the backend has not confirmed.
    pub pending: Vec<Field>,
    /// The fields whose content is a suggestion of the backend that no user has accepted or edited.
    pub suggested: Vec<Field>,
    /// The texts of the user that the backend does not have.
    pub drafts: Vec<DraftView>,
    /// The fields that cannot be edited yet.
    pub unready: Vec<NotEditableYetView>,
    /// The size of the file in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size_bytes: Option<u64>,
    /// The start of processing by the backend's clock, as far as messages reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub began_at: Option<Timestamp>,
    /// The end of processing, as far as messages reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub ended_at: Option<Timestamp>,
    /// The timestamp of each metadata field.
    #[cfg_attr(feature = "bindings", ts(type = "Partial<Record<Field, string>>"))]
    #[serde(rename = "said_at")]
    pub field_updated_at: BTreeMap<Field, Timestamp>,
    /// The time at which the first thumbnail was reported.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub pictured_at: Option<Timestamp>,
    /// The latest timestamp of any message about the job.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub updated_at: Option<Timestamp>,
}

/// The metadata of a job; unknown fields are omitted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(optional_fields))]
pub struct MetadataView {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// The chapters, ordered by start time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chapters: Option<Vec<Chapter>>,
}

/// Returns a job for display. Pending edits replace the content of the backend.
pub fn job(record: &Record, edits: &Edits, forecast: &Forecast) -> JobView {
    let pending = edits.pending(&record.job_id);
    let metadata = metadata(record, &pending);
    let row = row::of(record, edits, forecast, &pending);
    let thumbnails = record.thumbnails_in_order();
    let cover = thumbnails.iter().find(|thumbnail| Some(&thumbnail.thumbnail_id) == row.cover_id.as_ref());
    JobView {
        cover_url: cover.map(|cover| cover.thumbnail_url.clone()),
        playback_url: record.playback_url().map(str::to_owned),
        row,
        video_id: record.video_id.clone(),
        notes: record.notes().map(FaultSummary::from).collect(),
        stages: stages(record),
        transcript_version: transcript_version(record, &metadata),
        metadata,
        thumbnails: thumbnails.into_iter().cloned().collect(),
        suggested: suggested(record, &pending),
        pending: pending.into_keys().collect(),
        drafts: edits.drafts(&record.job_id).map(DraftView::from).collect(),
        unready: unready(record),
        size_bytes: record.size_bytes,
        began_at: record.began_at(),
        ended_at: record.ended_at(),
        field_updated_at: record.metadata.iter().map(|(field, held)| (*field, held.at.into())).collect(),
        pictured_at: record.thumbnails_since.values().min().copied().map(Timestamp::from),
        updated_at: record.updated_at.map(Timestamp::from),
    }
}

fn suggested(record: &Record, pending: &BTreeMap<Field, &Content>) -> Vec<Field> {
    let is_suggested = |field: &Field| !pending.contains_key(field) && record.is_suggested(*field);
    Field::METADATA.into_iter().filter(is_suggested).collect()
}

fn transcript_version(record: &Record, shown: &MetadataView) -> Option<String> {
    if let Some(written) = &shown.transcript {
        return Some(EvictedTranscript::of(written).sha256);
    }
    match &record.metadata.get(&Field::Transcript)?.value {
        Content::EvictedTranscript(evicted) => Some(evicted.sha256.clone()),
        Content::Text(_) | Content::Tags(_) | Content::Chapters(_) => None,
    }
}

fn metadata(record: &Record, pending: &BTreeMap<Field, &Content>) -> MetadataView {
    let mut view = MetadataView::default();
    for field in Field::METADATA {
        let held = pending.get(&field).copied().or_else(|| record.metadata.get(&field).map(|held| &held.value));
        match (field, held.cloned()) {
            (Field::Title, Some(Content::Text(text))) => view.title = Some(text),
            (Field::Description, Some(Content::Text(text))) => view.description = Some(text),
            (Field::Transcript, Some(Content::Text(text))) => view.transcript = Some(text),
            (Field::Tags, Some(Content::Tags(tags))) => view.tags = Some(tags),
            (Field::Chapters, Some(Content::Chapters(chapters))) => view.chapters = Some(chapters),
            // The cache pairs each field with its kind of content; stored data that violates this is ignored.
            (
                _,
                None | Some(Content::Text(_) | Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)),
            ) => {}
        }
    }
    view
}
