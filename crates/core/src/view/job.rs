//! A whole job as a window sees it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::edit::{DraftView, UnreadyView, unready};
use crate::{
    JobId, StageId, ThumbnailId, VideoId,
    edits::Edits,
    job::{Chapter, Content, Fault, Field, Shelved, Status, Thumbnail},
    record::Record,
};

/// Is a whole job as a window sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct JobView {
    /// Which job it is.
    pub job_id: JobId,
    /// Which video it works on.
    pub video_id: Option<VideoId>,
    /// The file's name on the creator's disk.
    pub filename: Option<String>,
    /// The title, where there is one.
    pub title: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// 0–100.
    pub progress_percent: f64,
    /// Why it failed; present only if the status is FAILED.
    pub error: Option<FaultView>,
    /// What went wrong without stopping it.
    pub warnings: Vec<FaultView>,
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
    /// Which thumbnail that is.
    pub cover_id: Option<ThumbnailId>,
    /// Fields with an edit that the backend has not confirmed.
    pub pending: Vec<Field>,
    /// What was typed and the backend does not have.
    pub drafts: Vec<DraftView>,
    /// Fields that cannot be edited yet.
    pub unready: Vec<UnreadyView>,
    /// How long the video is, in seconds.
    pub duration_seconds: Option<f64>,
    /// How large the file is, in bytes.
    #[cfg_attr(feature = "bindings", ts(type = "number | null"))]
    pub size_bytes: Option<u64>,
    /// When it was made.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub created_at: Option<Timestamp>,
    /// The newest word about it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub updated_at: Option<Timestamp>,
}

/// Is an error or a warning as a window sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct FaultView {
    /// The backend's code, or `JOB_FAILED` where it gave none.
    pub code: String,
    /// What happened, for a person.
    pub message: String,
    /// The stage that it happened in.
    pub stage_id: Option<StageId>,
}

/// Is one stage as a window sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct StageView {
    /// Which stage it is.
    pub stage_id: StageId,
    /// How far it has come.
    pub status: Status,
    /// 0–100.
    pub progress_percent: f64,
    /// Why it failed.
    pub error_message: Option<String>,
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
pub fn job(record: &Record, edits: &Edits) -> JobView {
    let pending = edits.pending(&record.job_id);
    let metadata = metadata(record, &pending);
    let shelved = record.metadata.get(&Field::Transcript).and_then(|held| match &held.value {
        Content::Shelved(shelved) => Some(shelved.clone()),
        Content::Text(_) | Content::Tags(_) | Content::Chapters(_) => None,
    });
    let written = metadata.transcript.as_deref().map(Shelved::of);
    let transcript_version = written.or(shelved).map(|version| version.sha256);
    let mut thumbnails: Vec<Thumbnail> = record.thumbnails.values().map(|held| held.value.clone()).collect();
    let moment = |thumbnail: &Thumbnail| thumbnail.timestamp_seconds.unwrap_or(f64::INFINITY);
    let since = |thumbnail: &Thumbnail| record.thumbnails_since.get(&thumbnail.thumbnail_id);
    thumbnails.sort_by(|a, b| {
        let later = since(a).cmp(&since(b)).then_with(|| moment(a).total_cmp(&moment(b)));
        later.then_with(|| a.thumbnail_id.cmp(&b.thumbnail_id))
    });
    let wanted = match pending.get(&Field::Thumbnail) {
        Some(Content::Text(id)) => Some(id.as_str()),
        Some(Content::Tags(_) | Content::Chapters(_) | Content::Shelved(_)) | None => {
            record.chosen.as_ref().map(|chosen| chosen.value.as_str())
        }
    };
    let is_chosen = |thumbnail: &&Thumbnail| Some(thumbnail.thumbnail_id.as_str()) == wanted;
    let cover = thumbnails.iter().find(is_chosen).or(thumbnails.first()).cloned();
    JobView {
        job_id: record.job_id.clone(),
        video_id: record.video_id.clone(),
        filename: record.filename.clone(),
        title: metadata.title.clone(),
        status: record.overall.status(),
        progress_percent: record.overall.percent(),
        error: error(record),
        warnings: record.faults.iter().filter(|fault| fault.recoverable).map(fault).collect(),
        stages: stages(record),
        metadata,
        transcript_version,
        thumbnails,
        cover_url: cover.as_ref().map(|cover| cover.thumbnail_url.clone()),
        cover_id: cover.map(|cover| cover.thumbnail_id),
        pending: pending.into_keys().collect(),
        drafts: edits.drafts(&record.job_id).map(DraftView::from).collect(),
        unready: unready(record),
        duration_seconds: record.duration_seconds,
        size_bytes: record.size_bytes,
        created_at: record.created_at,
        updated_at: record.updated_at,
    }
}

/// Returns why a job failed, put together from the message that failed it, its ERROR and its failed stage.
pub fn error(record: &Record) -> Option<FaultView> {
    if record.overall.status() != Status::Failed {
        return None;
    }
    let fatal = record.faults.iter().rfind(|fault| !fault.recoverable);
    let failed_stage = record.stages.iter().find(|(_, stage)| stage.status() == Status::Failed);
    let said = record.overall.error_message();
    let message = fatal
        .map(|fault| fault.message.as_str())
        .or(said)
        .or_else(|| failed_stage.and_then(|(_, stage)| stage.error_message()))
        .unwrap_or("the studio did not say why");
    let stage_id = fatal.and_then(|fault| fault.stage_id.clone()).or_else(|| failed_stage.map(|(id, _)| id.clone()));
    let code = fatal.map_or("JOB_FAILED", |fault| fault.code.as_str());
    Some(FaultView { code: code.to_owned(), message: message.to_owned(), stage_id })
}

fn fault(fault: &Fault) -> FaultView {
    FaultView { code: fault.code.clone(), message: fault.message.clone(), stage_id: fault.stage_id.clone() }
}

fn stages(record: &Record) -> Vec<StageView> {
    let mut stages: Vec<_> = record.stages.iter().collect();
    // The map is ordered by name; a stable sort keeps that among stages of the same kind.
    stages.sort_by_key(|(id, _)| pipeline_place(id));
    stages
        .into_iter()
        .map(|(id, gauge)| StageView {
            stage_id: id.clone(),
            status: gauge.status(),
            progress_percent: gauge.percent(),
            error_message: gauge.error_message().map(str::to_owned),
        })
        .collect()
}

/// Returns a stage's place by what its name speaks of.
///
/// No message says in which order a backend works, and the order of arrival would differ after a reconnect.
fn pipeline_place(stage_id: &StageId) -> usize {
    const KINDS: [&str; 9] =
        ["UPLOAD", "PROBE", "AUDIO", "TRANSCRI", "TITLE", "METADATA", "CHAPTER", "THUMBNAIL", "PUBLISH"];
    let name = stage_id.as_str().to_ascii_uppercase();
    KINDS.iter().position(|kind| name.contains(kind)).unwrap_or(KINDS.len())
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
            (_, None | Some(Content::Text(_) | Content::Tags(_) | Content::Chapters(_) | Content::Shelved(_))) => {}
        }
    }
    view
}
