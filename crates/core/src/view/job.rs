//! A complete job for display.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    edit::{DraftView, NotEditableYetView, unready},
    row::{self, RowView},
};
use crate::{
    StageId, VideoId,
    edits::Edits,
    forecast::Forecast,
    library::record::{ProgressState, Record},
    model::{
        job::{Chapter, Content, EvictedTranscript, Fault, Field, Status, Thumbnail},
        text,
    },
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

/// An error or warning for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FaultView {
    /// The error code of the backend, or `JOB_FAILED` if it sent none.
    pub code: String,
    /// The message for the user.
    pub message: String,
    /// The stage in which it occurred.
    pub stage_id: Option<StageId>,
    /// The time at which it occurred by the backend's clock, if a message reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub at: Option<Timestamp>,
}

/// A stage for display.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StageView {
    /// The id of the stage.
    pub stage_id: StageId,
    /// The status.
    pub status: Status,
    /// The progress, 0–100; none if the backend does not send it.
    pub progress_percent: Option<f64>,
    /// The reason of a failure.
    pub error_message: Option<String>,
    /// Whether the stage was skipped.
    pub skipped: bool,
    /// The start of processing by the backend's clock, as far as messages reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub began_at: Option<Timestamp>,
    /// The end of processing, as far as messages reported it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub ended_at: Option<Timestamp>,
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
    let thumbnails = row::thumbnails(record);
    let cover = thumbnails.iter().find(|thumbnail| Some(&thumbnail.thumbnail_id) == row.cover_id.as_ref());
    JobView {
        cover_url: cover.map(|cover| cover.thumbnail_url.clone()),
        row,
        video_id: record.video_id.clone(),
        stages: stages(record),
        transcript_version: transcript_version(record, &metadata),
        metadata,
        thumbnails: thumbnails.into_iter().cloned().collect(),
        suggested: suggested(record, &pending),
        pending: pending.into_keys().collect(),
        drafts: edits.drafts(&record.job_id).map(DraftView::from).collect(),
        unready: unready(record),
        size_bytes: record.size_bytes,
        began_at: began_at(record),
        ended_at: ended_at(record),
        field_updated_at: record.metadata.iter().map(|(field, held)| (*field, held.at.into())).collect(),
        pictured_at: record.thumbnails_since.values().min().copied().map(Timestamp::from),
        updated_at: record.updated_at.map(Timestamp::from),
    }
}

fn suggested(record: &Record, pending: &BTreeMap<Field, &Content>) -> Vec<Field> {
    let is_suggested = |field: &Field| !pending.contains_key(field) && record.is_suggested(*field);
    Field::METADATA.into_iter().filter(is_suggested).collect()
}

fn began_at(record: &Record) -> Option<Timestamp> {
    let stages = record.stages.values().filter_map(|stage| stage.span().began()).min();
    // The job itself may be reported as PROCESSING only after its first stage, or not at all.
    [record.overall.span().began(), stages].into_iter().flatten().min()
}

fn ended_at(record: &Record) -> Option<Timestamp> {
    let stages = || record.stages.values().filter_map(|stage| stage.span().ended()).max();
    record.overall.status().is_final().then(|| record.overall.span().ended().or_else(stages))?
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

/// The message if a studio sent none. The window and notifications translate it.
pub(crate) const NO_REASON: &str = "No error details available.";

/// Returns the reason of a failure, combined from the failing message, the ERROR message and the failed stage.
pub fn error(record: &Record) -> Option<FaultView> {
    if record.overall.status() != Status::Failed {
        return None;
    }
    let fatal = record.faults.iter().rfind(|fault| !fault.recoverable);
    let failed_stage = record.stages.iter().find(|(_, stage)| stage.status() == Status::Failed);
    let job_message = record.overall.error_message();
    let message = fatal
        .and_then(|fault| text::visible(&fault.message))
        .or_else(|| job_message.and_then(text::visible))
        .or_else(|| failed_stage.and_then(|(_, stage)| text::visible(stage.error_message()?)))
        .unwrap_or(NO_REASON);
    let stage_id = fatal.and_then(|fault| fault.stage_id.clone()).or_else(|| failed_stage.map(|(id, _)| id.clone()));
    let code = fatal.map_or("JOB_FAILED", |fault| fault.code.as_str());
    let at = fatal.map(|fault| fault.at.into()).or_else(|| ended_at(record));
    Some(FaultView { code: code.to_owned(), message: message.to_owned(), stage_id, at })
}

pub(crate) fn fault(fault: &Fault) -> FaultView {
    let Fault { at, code, message, stage_id, .. } = fault.clone();
    FaultView { code, message, stage_id, at: Some(at.into()) }
}

fn stages(record: &Record) -> Vec<StageView> {
    in_order(record)
        .map(|(id, progress)| StageView {
            stage_id: id.clone(),
            status: progress.status(),
            progress_percent: progress.known_percent(),
            error_message: progress.error_message().map(str::to_owned),
            skipped: progress.status() == Status::Completed && record.is_skipped(id),
            began_at: progress.span().began(),
            ended_at: progress.span().ended(),
        })
        .collect()
}

/// Returns the stage that is being processed; of several, the first in pipeline order.
pub(super) fn running(record: &Record) -> Option<&StageId> {
    let running = record.stages.iter().filter(|(_, progress)| progress.status() == Status::Processing);
    running.map(|(id, _)| id).min_by_key(|id| pipeline_place(id))
}

/// Returns the stages of a job in pipeline order.
fn in_order(record: &Record) -> impl Iterator<Item = (&StageId, &ProgressState)> {
    let mut stages: Vec<_> = record.stages.iter().collect();
    // The map is sorted by name; a stable sort keeps this order among stages of the same kind.
    stages.sort_by_cached_key(|(id, _)| pipeline_place(id));
    stages.into_iter()
}

/// Returns the position of a stage in the pipeline order, determined by keywords in its name.
///
/// No message contains the order of the stages, and the order of arrival would differ after a reconnect.
fn pipeline_place(stage_id: &StageId) -> usize {
    const KINDS: [&str; 9] =
        ["UPLOAD", "PROBE", "AUDIO", "TRANSCRI", "TITLE", "METADATA", "CHAPTER", "THUMBNAIL", "PUBLISH"];
    let name = stage_id.as_str().as_bytes();
    let matches = |kind: &&str| name.windows(kind.len()).any(|part| part.eq_ignore_ascii_case(kind.as_bytes()));
    KINDS.iter().position(matches).unwrap_or(KINDS.len())
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
