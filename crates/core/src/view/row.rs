//! A job as a row of the list: compact, because there may be 100,000 rows.

use std::{collections::BTreeMap, hash::BuildHasher};

use jiff::Timestamp;
use serde::Serialize;

use super::job::{FaultView, error, fault, running};
use crate::{
    JobId, StageId, ThumbnailId,
    edits::{Draft, DraftStatus, Edits},
    forecast::{Eta, Forecast},
    library::record::Record,
    model::{
        job::{Content, Field, Status, Thumbnail},
        text,
    },
};

/// The row of a job in the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RowView {
    /// The id of the job.
    pub job_id: JobId,
    /// The name of the original file, if it is visible text.
    pub filename: Option<String>,
    /// The title, if it is visible text.
    pub title: Option<String>,
    /// The status.
    pub status: Status,
    /// The backend's own status, if it is not one of the specification; `status` is then PROCESSING.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub status_word: Option<String>,
    /// The progress, 0–100; none if the backend does not send it.
    pub progress_percent: Option<f64>,
    /// The stage that is being processed.
    pub stage_id: Option<StageId>,
    /// The reason of the failure; present only if the status is FAILED.
    pub error: Option<FaultView>,
    /// The warnings.
    pub warnings: Vec<FaultView>,
    /// The id of the cover: the chosen thumbnail, or the first one.
    pub cover_id: Option<ThumbnailId>,
    /// A value that changes with the URL of the cover, so that a failed load is retried.
    pub cover_version: Option<u32>,
    /// Whether there are unconfirmed edits or drafts.
    pub unsaved: bool,
    /// The duration of the video, in seconds.
    pub duration_seconds: Option<f64>,
    /// The reason why the job needs attention, if it does.
    pub attention: Option<Attention>,
    /// The estimated remaining time; none before earlier jobs allow an estimate.
    #[serde(rename = "outlook")]
    pub eta: Option<Eta>,
    /// The time by the backend's clock at which the job will count as stuck unless there is an update.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub stuck_at: Option<Timestamp>,
    /// The time at which the job was created.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub created_at: Option<Timestamp>,
}

/// The reason why a job needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Attention {
    /// The job failed and the failure was not dismissed.
    Failed,
    /// An edit was refused, or is in conflict.
    Words,
    /// The job has a warning that was not dismissed.
    Warning,
}

/// Returns a job as a row of a list.
pub fn row(record: &Record, edits: &Edits, forecast: &Forecast) -> RowView {
    of(record, edits, forecast, &edits.pending(&record.job_id))
}

pub(super) fn of(record: &Record, edits: &Edits, forecast: &Forecast, pending: &BTreeMap<Field, &Content>) -> RowView {
    RowView {
        job_id: record.job_id.clone(),
        filename: filename(record).map(str::to_owned),
        title: title(record, pending).map(str::to_owned),
        status: record.overall.status(),
        status_word: record.status_word.clone(),
        progress_percent: record.overall.known_percent(),
        stage_id: if record.overall.status().is_final() { None } else { running(record).cloned() },
        error: error(record),
        warnings: record.warnings().map(fault).collect(),
        cover_id: cover(record, pending).map(|cover| cover.thumbnail_id.clone()),
        cover_version: cover(record, pending).map(|cover| version(&cover.thumbnail_url)),
        unsaved: !pending.is_empty() || edits.drafts(&record.job_id).next().is_some(),
        duration_seconds: record.duration_seconds,
        attention: attention(record, edits),
        eta: forecast.eta(record),
        stuck_at: forecast.stuck_at(record),
        created_at: record.created_at.map(Timestamp::from),
    }
}

/// Returns the reason why a job needs attention, if it does.
pub fn attention(record: &Record, edits: &Edits) -> Option<Attention> {
    // A draft whose base was changed while the user was typing is in conflict, too.
    let is_open = |draft: &Draft| match &draft.cause {
        DraftStatus::Refused(_) | DraftStatus::Conflict(_) => true,
        DraftStatus::Typed => !is_same(draft.base.as_ref(), held(record, draft.field).as_ref()),
    };
    if record.has_open_failure() {
        Some(Attention::Failed)
    } else if edits.drafts(&record.job_id).any(is_open) {
        Some(Attention::Words)
    } else {
        record.open_warnings().next().map(|_| Attention::Warning)
    }
}

/// Returns the confirmed content of a field, or the placeholder of an evicted transcript.
fn held(record: &Record, field: Field) -> Option<Content> {
    let evicted = || record.metadata.get(&field).map(|held| held.value.clone());
    record.content(field).or_else(evicted)
}

fn is_same(base: Option<&Content>, held: Option<&Content>) -> bool {
    match (base, held) {
        (Some(base), Some(held)) => base.is_same(held),
        // An empty field and an absent one are the same.
        (None, None) => true,
        (Some(content), None) | (None, Some(content)) => content.is_empty(),
    }
}

/// Returns the title of a job, or else the name of its file; none if neither is visible.
pub fn name(record: &Record) -> Option<&str> {
    title(record, &BTreeMap::new()).or_else(|| filename(record))
}

fn filename(record: &Record) -> Option<&str> {
    record.filename.as_deref().and_then(text::visible)
}

fn title<'a>(record: &'a Record, pending: &BTreeMap<Field, &'a Content>) -> Option<&'a str> {
    let held = || record.metadata.get(&Field::Title).map(|held| &held.value);
    match pending.get(&Field::Title).copied().or_else(held) {
        Some(Content::Text(title)) => text::visible(title),
        Some(Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)) | None => None,
    }
}

/// Returns the id of a job's cover, without pending edits.
pub fn cover_id(record: &Record) -> Option<ThumbnailId> {
    cover(record, &BTreeMap::new()).map(|cover| cover.thumbnail_id.clone())
}

fn cover<'a>(record: &'a Record, pending: &BTreeMap<Field, &Content>) -> Option<&'a Thumbnail> {
    let wanted = match pending.get(&Field::Thumbnail) {
        Some(Content::Text(id)) => Some(id.as_str()),
        Some(Content::Tags(_) | Content::Chapters(_) | Content::EvictedTranscript(_)) | None => {
            record.chosen.as_ref().map(|chosen| chosen.value.as_str())
        }
    };
    let mut held = record.thumbnails.values().map(|held| &held.value);
    let chosen = held.find(|thumbnail| Some(thumbnail.thumbnail_id.as_str()) == wanted);
    chosen.or_else(|| thumbnails(record).first().copied())
}

#[expect(clippy::cast_possible_truncation, reason = "half of the hash suffices to distinguish URLs")]
fn version(address: &str) -> u32 {
    foldhash::fast::FixedState::default().hash_one(address) as u32
}

/// Returns the thumbnails of a job in the order of their creation; those known from a snapshot only are ordered by
/// their position in the video.
pub(super) fn thumbnails(record: &Record) -> Vec<&Thumbnail> {
    let mut thumbnails: Vec<&Thumbnail> = record.thumbnails.values().map(|held| &held.value).collect();
    let moment = |thumbnail: &Thumbnail| thumbnail.timestamp_seconds.unwrap_or(f64::INFINITY);
    let since = |thumbnail: &Thumbnail| record.thumbnails_since.get(&thumbnail.thumbnail_id);
    thumbnails.sort_by(|a, b| {
        let later = since(a).cmp(&since(b)).then_with(|| moment(a).total_cmp(&moment(b)));
        later.then_with(|| a.thumbnail_id.cmp(&b.thumbnail_id))
    });
    thumbnails
}
