//! Which jobs need the user's attention.

use serde::Serialize;

use crate::{
    edits::{Draft, DraftStatus, Edits},
    library::record::Record,
    model::job::{Content, Field},
};

/// The reason why a job needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum Attention {
    /// The job failed and the failure was not dismissed.
    Failed,
    /// An edit was refused, or is in conflict.
    #[serde(rename = "words")]
    UnsavedEdit,
    /// The job has a warning that was not dismissed.
    Warning,
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
        Some(Attention::UnsavedEdit)
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
