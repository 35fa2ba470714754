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
    /// A field was changed elsewhere in the meantime, and the user has to choose a version.
    Conflict,
    /// An edit was refused.
    #[serde(rename = "words")]
    RefusedEdit,
    /// The job has a warning that was not dismissed.
    Warning,
}

/// Returns the reason why a job needs attention, if it does.
pub fn attention(record: &Record, edits: &Edits) -> Option<Attention> {
    let drafts = || edits.drafts(&record.job_id);
    let is_refused = |draft: &Draft| matches!(draft.cause, DraftStatus::Refused(_));
    // A draft whose base was changed while the user was typing is in conflict, too.
    let is_conflict = |draft: &Draft| match &draft.cause {
        DraftStatus::Conflict(_) => true,
        DraftStatus::Typed => !is_same(draft.base.as_ref(), held(record, draft.field).as_ref()),
        DraftStatus::Refused(_) => false,
    };
    if record.has_open_failure() {
        Some(Attention::Failed)
    } else if drafts().any(is_conflict) {
        Some(Attention::Conflict)
    } else if drafts().any(is_refused) {
        Some(Attention::RefusedEdit)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        Code, Error, JobId, Now,
        edits::Input,
        library::{Authority, Library},
        protocol::snapshot::read_job,
    };

    fn now() -> Now {
        let wall = "2026-01-01T12:00:00Z".parse().expect("a time");
        Now { wall, monotonic: std::time::Duration::ZERO, draw: 1.0 }
    }

    fn text(words: &str) -> Content {
        Content::Text(words.to_owned())
    }

    /// Returns the attention that a job needs whose title is "theirs", and for which drafts of this cause are kept.
    fn attention_of<const N: usize>(drafts: [(Field, &str, DraftStatus); N]) -> Option<Attention> {
        let job =
            json!({ "id": 7, "status": "COMPLETED", "video_metadata": { "title": "theirs", "description": "D" } });
        let mut library = Library::default();
        library.merge(read_job(&job).expect("a job"), now().wall, Authority::Ordered);
        let mut edits = Edits::default();
        for (field, base, cause) in drafts {
            let draft = Draft { job_id: JobId::new("7"), field, content: text("mine"), base: Some(text(base)), cause };
            edits.on(Input::Type(draft), &library, now());
        }
        attention(&library.job(&JobId::new("7")).expect("the job"), &edits)
    }

    #[test]
    fn conflict_refusal_and_unsaved_text_are_told_apart() {
        let reason = || Error::new(Code::ServerError, "no").into();
        let refused = || (Field::Description, "D", DraftStatus::Refused(reason()));
        let conflict = (Field::Title, "theirs", DraftStatus::Conflict(reason()));
        assert_eq!(attention_of([(Field::Title, "theirs", DraftStatus::Typed)]), None);
        assert_eq!(attention_of([refused()]), Some(Attention::RefusedEdit));
        assert_eq!(attention_of([(Field::Title, "before", DraftStatus::Typed)]), Some(Attention::Conflict));
        assert_eq!(attention_of([refused(), conflict]), Some(Attention::Conflict));
    }
}
