//! Edits and editable fields for display.

use std::collections::BTreeMap;

use serde::Serialize;

use tallylight_core::{
    JobId, Reason, StageId,
    edits::{Draft, DraftStatus, EditOutcome, FieldOutcome},
    library::record::Record,
    model::job::{Content, Field},
};

/// The outcome for one edited field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct EditView {
    /// The id of the job.
    pub job_id: JobId,
    /// The field.
    pub field: Field,
    /// The outcome.
    pub outcome: EditOutcome,
    /// The reason for the outcome; for a queued edit, the reason of the delay.
    pub reason: Option<Reason>,
}

impl From<FieldOutcome> for EditView {
    fn from(result: FieldOutcome) -> Self {
        let FieldOutcome { job_id, field, outcome, reason } = result;
        Self { job_id, field, outcome, reason }
    }
}

/// A text of the user that the backend does not have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct DraftView {
    /// The field of the text.
    pub field: Field,
    /// The text.
    #[cfg_attr(feature = "bindings", ts(type = "Content"))]
    pub content: Content,
    /// The content of the field when the user began to type.
    #[cfg_attr(feature = "bindings", ts(type = "Content | null"))]
    pub base: Option<Content>,
    /// The reason why it is a draft.
    pub kind: DraftKind,
    /// The message of the backend.
    pub reason: Option<Reason>,
}

/// The reason why a text is a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DraftKind {
    /// The user has not saved it yet.
    Typed,
    /// The backend refused it.
    Refused,
    /// The field was changed elsewhere in the meantime.
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

/// A field that cannot be edited yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct NotEditableYetView {
    /// The field.
    pub field: Field,
    /// The stage that produces it, if known.
    pub stage_id: Option<StageId>,
}

/// Returns the fields that cannot be edited yet, because the stage that produces them would overwrite the edit.
pub fn unready(record: &Record) -> Vec<NotEditableYetView> {
    if record.overall.status().is_final() {
        return Vec::new();
    }
    let fields = Field::ALL.into_iter();
    let view = |field| match wait_for(record, field) {
        FieldWait::Ready => None,
        FieldWait::ForStage(stage_id) => Some(NotEditableYetView { field, stage_id: Some(stage_id) }),
        FieldWait::ForUnknownStage => Some(NotEditableYetView { field, stage_id: None }),
    };
    fields.filter_map(view).collect()
}

/// Whether a field waits for the stage that produces it.
enum FieldWait {
    /// The field can be edited.
    Ready,
    /// This stage will produce it.
    ForStage(StageId),
    /// The stage that will produce it is not known yet.
    ForUnknownStage,
}

/// Returns whether a field waits for the stage that produces it.
fn wait_for(record: &Record, field: Field) -> FieldWait {
    // Stage names differ between backends, so a stage is recognised by keywords in its name.
    let keywords: &[&str] = match field {
        Field::Title => &["TITLE", "METADATA"],
        Field::Description => &["DESCRIPTION", "METADATA"],
        Field::Tags => &["TAG", "METADATA"],
        Field::Transcript => &["TRANSCRI"],
        Field::Chapters => &["CHAPTER"],
        Field::Thumbnail => &["THUMBNAIL"],
    };
    let makes = |id: &StageId| {
        let name = id.as_str().to_ascii_uppercase();
        keywords.iter().any(|word| name.contains(word))
    };
    let made_by: BTreeMap<_, _> = record.stages.iter().filter(|(id, _)| makes(id)).collect();
    if let Some((id, _)) = made_by.iter().find(|(_, progress)| !progress.status().is_final()) {
        return FieldWait::ForStage((*id).clone());
    }
    let is_made = !made_by.is_empty() || record.field_updated_at(field).is_some() || field == Field::Thumbnail;
    if is_made { FieldWait::Ready } else { FieldWait::ForUnknownStage }
}
