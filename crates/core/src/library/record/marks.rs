//! What a backend says of the parts of a job beside their content: which fields it suggests, and which stages it skipped.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::Record;
use crate::{
    StageId,
    model::{job::Field, unix_nanos::UnixNanos},
    protocol::snapshot::StageData,
};

/// The marks of one job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct Marks {
    /// The fields that the backend suggests, each with the time up to which its content is the suggestion.
    #[serde(default)]
    suggested: BTreeMap<Field, UnixNanos>,
    /// The stages that had nothing to do.
    #[serde(default)]
    skipped: BTreeSet<StageId>,
}

impl Record {
    /// Takes in the marks of a snapshot whose metadata is of a time; a backend that has none changes nothing.
    pub fn mark(&mut self, said_at: UnixNanos, suggested: Option<&[Field]>, stages: &[(StageId, StageData)]) {
        if let Some(suggested) = suggested {
            let mut marks = self.marks.take().unwrap_or_default();
            // What is dated later was said by a message meanwhile.
            marks.suggested = suggested.iter().map(|field| (*field, said_at)).collect();
            self.marks = Some(marks);
        }
        let skipped: BTreeSet<StageId> =
            stages.iter().filter(|(_, stage)| stage.skipped).map(|(id, _)| id.clone()).collect();
        if !skipped.is_empty() || self.marks.is_some() {
            let mut marks = self.marks.take().unwrap_or_default();
            marks.skipped = skipped;
            self.marks = Some(marks).filter(|marks| **marks != Marks::default());
        }
    }

    /// Tells whether what is held of a field is a suggestion of the backend, that no person has taken or edited.
    pub fn is_suggested(&self, field: Field) -> bool {
        let until = self.marks.as_ref().and_then(|marks| marks.suggested.get(&field));
        let held = self.metadata.get(&field);
        until.zip(held).is_some_and(|(until, held)| held.at <= *until)
    }

    /// Tells whether a stage had nothing to do.
    pub fn is_skipped(&self, stage_id: &StageId) -> bool {
        self.marks.as_ref().is_some_and(|marks| marks.skipped.contains(stage_id))
    }
}
