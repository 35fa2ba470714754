//! What becomes of edits, and what a person may edit, as a window sees it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ReasonView;
use crate::{
    JobId, StageId,
    edits::{Draft, DraftStatus},
    library::record::Record,
    model::job::{Content, Field},
};

/// Is what became of one edited field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct EditView {
    /// Of which job.
    pub job_id: JobId,
    /// Which field.
    pub field: Field,
    /// What became of it.
    pub outcome: EditOutcome,
    /// Why; of one that is queued, why it still is.
    pub reason: Option<ReasonView>,
}

/// Names what became of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum EditOutcome {
    /// It is shown and on disk, and waits for the backend.
    Queued,
    /// The backend has it.
    Saved,
    /// The backend will not have it; the words are a draft.
    Refused,
    /// The field was changed meanwhile; the words are a draft, and the person chooses.
    Conflict,
}

/// Is a text that was typed and that the backend does not have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DraftView {
    /// For which field.
    pub field: Field,
    /// What was typed.
    #[cfg_attr(feature = "bindings", ts(type = "Content"))]
    pub content: Content,
    /// What the field held when the typing began.
    #[cfg_attr(feature = "bindings", ts(type = "Content | null"))]
    pub base: Option<Content>,
    /// Why it is a draft.
    pub kind: DraftKind,
    /// What the backend said.
    pub reason: Option<ReasonView>,
}

/// Names why a text is a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DraftKind {
    /// It was not saved yet.
    Typed,
    /// The backend refused it.
    Refused,
    /// The field was changed meanwhile.
    Conflict,
}

impl From<&Draft> for DraftView {
    fn from(draft: &Draft) -> Self {
        let (kind, reason) = match &draft.cause {
            DraftStatus::Typed => (DraftKind::Typed, None),
            DraftStatus::Refused(reason) => (DraftKind::Refused, Some(reason.clone())),
            DraftStatus::Conflict(reason) => (DraftKind::Conflict, Some(reason.clone())),
        };
        let Draft { field, content, base, .. } = draft.clone();
        Self { field, content, base, kind, reason }
    }
}

/// Is a field that cannot be edited yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct UnreadyView {
    /// Which field.
    pub field: Field,
    /// The stage that makes it, where one is known.
    pub stage_id: Option<StageId>,
}

/// Returns the fields that cannot be edited yet: what makes them would write over the edit.
pub fn unready(record: &Record) -> Vec<UnreadyView> {
    if record.overall.status().is_final() {
        return Vec::new();
    }
    let fields = Field::ALL.into_iter();
    fields.filter_map(|field| wait_for(record, field).map(|stage_id| UnreadyView { field, stage_id })).collect()
}

/// Returns the stage that a field waits for, or that it waits for one that is not known; none if it does not wait.
#[expect(clippy::option_option, reason = "whether it waits, and for what")]
fn wait_for(record: &Record, field: Field) -> Option<Option<StageId>> {
    // Names differ from backend to backend: a stage is known by what its name speaks of.
    let speaks_of: &[&str] = match field {
        Field::Title => &["TITLE", "METADATA"],
        Field::Description => &["DESCRIPTION", "METADATA"],
        Field::Tags => &["TAG", "METADATA"],
        Field::Transcript => &["TRANSCRI"],
        Field::Chapters => &["CHAPTER"],
        Field::Thumbnail => &["THUMBNAIL"],
    };
    let makes = |id: &StageId| {
        let name = id.as_str().to_ascii_uppercase();
        speaks_of.iter().any(|word| name.contains(word))
    };
    let made_by: BTreeMap<_, _> = record.stages.iter().filter(|(id, _)| makes(id)).collect();
    if let Some((id, _)) = made_by.iter().find(|(_, gauge)| !gauge.status().is_final()) {
        return Some(Some((*id).clone()));
    }
    let is_made = !made_by.is_empty() || record.said_at(field).is_some() || field == Field::Thumbnail;
    (!is_made).then_some(None)
}
