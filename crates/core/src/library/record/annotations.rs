//! Annotations of a job's parts by the backend: which fields are suggestions, and which stages were skipped.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::Record;
use crate::{
    StageId,
    model::{job::Field, unix_nanos::UnixNanos},
    protocol::snapshot::StageData,
};

/// The annotations of one job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Annotations {
    /// The suggested fields, each with the timestamp up to which its content is the suggestion.
    #[serde(default)]
    suggested: BTreeMap<Field, UnixNanos>,
    /// The skipped stages.
    #[serde(default)]
    skipped: BTreeSet<StageId>,
}

impl Record {
    /// Applies the annotations of a snapshot with the timestamp of its metadata. A backend without annotations changes
    /// nothing.
    pub fn annotate(
        &mut self,
        field_updated_at: UnixNanos,
        suggested: Option<&[Field]>,
        stages: &[(StageId, StageData)],
    ) {
        if let Some(suggested) = suggested {
            let mut marks = self.marks.take().unwrap_or_default();
            // Content with a later timestamp came from a message in the meantime and is no suggestion.
            marks.suggested = suggested.iter().map(|field| (*field, field_updated_at)).collect();
            self.marks = Some(marks);
        }
        let skipped: BTreeSet<StageId> =
            stages.iter().filter(|(_, stage)| stage.skipped).map(|(id, _)| id.clone()).collect();
        if !skipped.is_empty() || self.marks.is_some() {
            let mut marks = self.marks.take().unwrap_or_default();
            marks.skipped = skipped;
            self.marks = Some(marks).filter(|marks| **marks != Annotations::default());
        }
    }

    /// Returns whether the content of a field is a suggestion of the backend that no user has accepted or edited.
    pub fn is_suggested(&self, field: Field) -> bool {
        let until = self.marks.as_ref().and_then(|marks| marks.suggested.get(&field));
        let held = self.metadata.get(&field);
        until.zip(held).is_some_and(|(until, held)| held.at <= *until)
    }

    /// Returns whether a stage was skipped.
    pub fn is_skipped(&self, stage_id: &StageId) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.skipped.contains(stage_id))
    }
}
