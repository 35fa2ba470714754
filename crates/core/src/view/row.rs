//! A job as one row of a list: short, because there may be a hundred thousand.

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

/// Is what a list shows of a job.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct RowView {
    /// Which job it is.
    pub job_id: JobId,
    /// The file's name on the creator's disk, where there is something of it to be seen.
    pub filename: Option<String>,
    /// The title, where there is something of it to be seen.
    pub title: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// The backend's own word for its status, where that is none of the specification's; the status is then PROCESSING.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub status_word: Option<String>,
    /// 0–100; none where the backend does not say.
    pub progress_percent: Option<f64>,
    /// The stage that is being worked on, where the job is.
    pub stage_id: Option<StageId>,
    /// Why it failed; present only if the status is FAILED.
    pub error: Option<FaultView>,
    /// What went wrong without stopping it.
    pub warnings: Vec<FaultView>,
    /// The thumbnail that stands for it: the chosen one, or the first.
    pub cover_id: Option<ThumbnailId>,
    /// Changes with the address of that thumbnail: one that could not be loaded is worth another try then.
    pub cover_version: Option<u32>,
    /// Whether there are words for it that the backend does not have.
    pub unsaved: bool,
    /// How long the video is, in seconds.
    pub duration_seconds: Option<f64>,
    /// What of it wants to be looked at.
    pub attention: Option<Attention>,
    /// How long it may still take, as earlier jobs teach; none before they do.
    #[serde(rename = "outlook")]
    pub eta: Option<Eta>,
    /// From when on it is stuck, by the backend's clock, if nothing more is heard of it.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub stuck_at: Option<Timestamp>,
    /// When it was made.
    #[cfg_attr(feature = "bindings", ts(type = "string | null"))]
    pub created_at: Option<Timestamp>,
}

/// Names what a person should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Attention {
    /// It failed, and nobody has put that aside.
    Failed,
    /// The backend refused what was written, or has something else by now.
    Words,
    /// Something went wrong without stopping it, and nobody has put that aside.
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

/// Returns what of a job wants to be looked at.
pub fn attention(record: &Record, edits: &Edits) -> Option<Attention> {
    // A text whose ground was changed while it was typed is in conflict, too.
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

/// Returns what is confirmed of a field, of a long text what stands for it.
fn held(record: &Record, field: Field) -> Option<Content> {
    let shelved = || record.metadata.get(&field).map(|held| held.value.clone());
    record.content(field).or_else(shelved)
}

fn is_same(base: Option<&Content>, held: Option<&Content>) -> bool {
    match (base, held) {
        (Some(base), Some(held)) => base.is_same(held),
        // What was empty is as good as nothing.
        (None, None) => true,
        (Some(content), None) | (None, Some(content)) => content.is_empty(),
    }
}

/// Returns what a job is called: its title, or else the name of its file; none where nobody could see either.
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

/// Returns the thumbnail that stands for a job, as the backend has it.
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

#[expect(clippy::cast_possible_truncation, reason = "to tell one address from another, half of it does")]
fn version(address: &str) -> u32 {
    foldhash::fast::FixedState::default().hash_one(address) as u32
}

/// Returns a job's thumbnails in the order in which they were made; those of which only a snapshot told, in that of the
/// moments that they show.
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
