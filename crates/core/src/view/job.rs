//! A whole job as a window sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    edit::{DraftView, UnreadyView, unready},
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

/// Is a whole job as a window sees it: its row, and what is shown where it is looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobView {
    /// Its row in a list.
    #[serde(flatten)]
    pub row: RowView,
    /// Which video it works on.
    pub video_id: Option<VideoId>,
    /// Its stages, in the order of a pipeline.
    pub stages: Vec<StageView>,
    /// Its metadata.
    pub metadata: MetadataView,
    /// Differs whenever the transcript does, which may be left out of a batch of changes.
    pub transcript_version: Option<String>,
    /// Its thumbnails, in the order in which they were made; those of which only a snapshot told, in that of the
    /// moments that they show.
    pub thumbnails: Vec<Thumbnail>,
    /// The picture that stands for it: the chosen thumbnail, or the first.
    pub cover_url: Option<String>,
    /// Fields with an edit that the backend has not confirmed.
    pub pending: Vec<Field>,
    /// Fields whose content the backend suggests, until a person takes or edits them.
    pub suggested: Vec<Field>,
    /// What was typed and the backend does not have.
    pub drafts: Vec<DraftView>,
    /// Fields that cannot be edited yet.
    pub unready: Vec<UnreadyView>,
    /// How large the file is, in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size_bytes: Option<u64>,
    /// When the work on it began, by the backend's clock, as far as messages told.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub began_at: Option<Timestamp>,
    /// When it ended, as far as messages told.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub ended_at: Option<Timestamp>,
    /// When each field of its metadata was last told of.
    #[cfg_attr(feature = "bindings", ts(type = "Partial<Record<Field, string>>"))]
    pub said_at: BTreeMap<Field, Timestamp>,
    /// When its first thumbnail was told of.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub pictured_at: Option<Timestamp>,
    /// The newest word about it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub updated_at: Option<Timestamp>,
}

/// Is an error or a warning as a window sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FaultView {
    /// The backend's code, or `JOB_FAILED` where it gave none.
    pub code: String,
    /// What happened, for a person.
    pub message: String,
    /// The stage that it happened in.
    pub stage_id: Option<StageId>,
    /// When it happened, by the backend's clock, where a message told.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub at: Option<Timestamp>,
}

/// Is one stage as a window sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StageView {
    /// Which stage it is.
    pub stage_id: StageId,
    /// How far it has come.
    pub status: Status,
    /// 0–100; none where the backend does not say.
    pub progress_percent: Option<f64>,
    /// Why it failed.
    pub error_message: Option<String>,
    /// Whether it had nothing to do.
    pub skipped: bool,
    /// When the work on it began, by the backend's clock, as far as messages told.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub began_at: Option<Timestamp>,
    /// When it ended, as far as messages told.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub ended_at: Option<Timestamp>,
}

/// Is a job's metadata; what is not known (yet) is left out.
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
    /// What is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// The chapters, in the order of their starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chapters: Option<Vec<Chapter>>,
}

/// Returns a job as a window sees it: what a person wrote stands over what the backend said.
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
        said_at: record.metadata.iter().map(|(field, held)| (*field, held.at.into())).collect(),
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
    // The job itself may be called PROCESSING only after its first stage, or not at all.
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
        Content::EvictedTranscript(shelved) => Some(shelved.sha256.clone()),
        Content::Text(_) | Content::Tags(_) | Content::Chapters(_) => None,
    }
}

/// Is said where a studio did not say why; the window and notifications know it in their language.
pub(crate) const NO_REASON: &str = "No error details available.";

/// Returns why a job failed, put together from the message that failed it, its ERROR and its failed stage.
pub fn error(record: &Record) -> Option<FaultView> {
    if record.overall.status() != Status::Failed {
        return None;
    }
    let fatal = record.faults.iter().rfind(|fault| !fault.recoverable);
    let failed_stage = record.stages.iter().find(|(_, stage)| stage.status() == Status::Failed);
    let said = record.overall.error_message();
    let message = fatal
        .and_then(|fault| text::visible(&fault.message))
        .or_else(|| said.and_then(text::visible))
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
        .map(|(id, gauge)| StageView {
            stage_id: id.clone(),
            status: gauge.status(),
            progress_percent: gauge.known_percent(),
            error_message: gauge.error_message().map(str::to_owned),
            skipped: gauge.status() == Status::Completed && record.is_skipped(id),
            began_at: gauge.span().began(),
            ended_at: gauge.span().ended(),
        })
        .collect()
}

/// Returns the first stage of a pipeline that is being worked on.
pub(super) fn running(record: &Record) -> Option<&StageId> {
    let running = record.stages.iter().filter(|(_, gauge)| gauge.status() == Status::Processing);
    running.map(|(id, _)| id).min_by_key(|id| pipeline_place(id))
}

/// Returns a job's stages in the order of a pipeline.
fn in_order(record: &Record) -> impl Iterator<Item = (&StageId, &ProgressState)> {
    let mut stages: Vec<_> = record.stages.iter().collect();
    // The map is ordered by name; a stable sort keeps that among stages of the same kind.
    stages.sort_by_cached_key(|(id, _)| pipeline_place(id));
    stages.into_iter()
}

/// Returns a stage's place by what its name speaks of.
///
/// No message says in which order a backend works, and the order of arrival would differ after a reconnect.
fn pipeline_place(stage_id: &StageId) -> usize {
    const KINDS: [&str; 9] =
        ["UPLOAD", "PROBE", "AUDIO", "TRANSCRI", "TITLE", "METADATA", "CHAPTER", "THUMBNAIL", "PUBLISH"];
    let name = stage_id.as_str().as_bytes();
    let speaks_of = |kind: &&str| name.windows(kind.len()).any(|part| part.eq_ignore_ascii_case(kind.as_bytes()));
    KINDS.iter().position(speaks_of).unwrap_or(KINDS.len())
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
            // The cache pairs fields with their kind of content; a disk that says otherwise is not believed.
            (
                _,
                None | Some(Content::Text(_) | Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)),
            ) => {}
        }
    }
    view
}
