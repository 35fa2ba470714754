//! A job as a row of the list: compact, because there may be 100,000 rows.

use std::hash::BuildHasher;

use jiff::Timestamp;
use serde::Serialize;

use tallylight_core::{
    JobId, StageId, ThumbnailId,
    attention::{Attention, attention},
    edits::Edits,
    forecast::{Eta, Forecast},
    library::record::{FaultSummary, PendingContent, Record},
    model::job::Status,
};

use crate::stages::running;

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
    pub error: Option<FaultSummary>,
    /// Whether a user cancelled the job; its status is then FAILED.
    pub is_cancelled: bool,
    /// The warnings, which need a person.
    pub warnings: Vec<FaultSummary>,
    /// The id of the cover: the chosen thumbnail, or the first one.
    pub cover_id: Option<ThumbnailId>,
    /// A value that changes with the URL of the cover, so that a failed load is retried.
    pub cover_version: Option<u32>,
    /// Whether there are unconfirmed edits or drafts.
    pub unsaved: bool,
    /// Whether one of them is a draft: a text that the user has not saved, or that was not accepted.
    pub has_draft: bool,
    /// The duration of the video, in seconds.
    pub duration_seconds: Option<f64>,
    /// The reason why the job needs attention, if it does.
    pub attention: Option<Attention>,
    /// The time by the clock of this computer until which the failure and the warnings are snoozed, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional, type = "string"))]
    pub snoozed_until: Option<Timestamp>,
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

/// Returns a job as a row of a list.
pub fn row(record: &Record, edits: &Edits, forecast: &Forecast) -> RowView {
    of(record, edits, forecast, &edits.pending(&record.job_id))
}

pub(crate) fn of(record: &Record, edits: &Edits, forecast: &Forecast, pending: &PendingContent<'_>) -> RowView {
    let has_draft = edits.drafts(&record.job_id).next().is_some();
    RowView {
        job_id: record.job_id.clone(),
        filename: record.visible_filename().map(str::to_owned),
        title: record.title(pending).map(str::to_owned),
        status: record.overall.status(),
        status_word: record.status_word.clone(),
        progress_percent: record.overall.known_percent(),
        stage_id: if record.overall.status().is_final() { None } else { running(record).cloned() },
        error: record.failure(),
        is_cancelled: record.is_cancelled(),
        warnings: record.warnings().map(FaultSummary::from).collect(),
        cover_id: record.cover(pending).map(|cover| cover.thumbnail_id.clone()),
        cover_version: record.cover(pending).map(|cover| version(&cover.thumbnail_url)),
        unsaved: !pending.is_empty() || has_draft,
        has_draft,
        duration_seconds: record.duration_seconds,
        attention: attention(record, edits),
        snoozed_until: record.snoozed_until(),
        eta: forecast.eta(record),
        stuck_at: forecast.stuck_at(record),
        created_at: record.created_at.map(Timestamp::from),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "half of the hash suffices to distinguish URLs")]
fn version(address: &str) -> u32 {
    foldhash::fast::FixedState::default().hash_one(address) as u32
}
