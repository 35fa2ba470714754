//! Edits that the backend confirmed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Authority, Change, Library, Scope, trusted};
use crate::{
    JobId,
    model::job::{Content, Field},
    protocol::snapshot::Snapshot,
};

/// An edit that the backend confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfirmedEdit {
    /// The job of the edit.
    pub job_id: JobId,
    /// The fields as they were sent.
    pub changes: BTreeMap<Field, Content>,
    /// The job in the response of the backend.
    pub snapshot: Option<Box<Snapshot>>,
    /// The timestamp of each field's confirmed value at the time of sending. A different timestamp means that another
    /// value arrived in the meantime.
    pub sent_over: BTreeMap<Field, Timestamp>,
}

impl Library {
    /// Applies an edit that the backend has confirmed, and returns the changes.
    ///
    /// The response wins over the value held when the edit was sent, even if the backend does not update its
    /// timestamps. A value that arrived in the meantime and is newer than the response wins over the response.
    pub fn confirm(&mut self, confirmed: ConfirmedEdit, requested: Timestamp) -> Vec<Change> {
        let ConfirmedEdit { job_id, changes, snapshot, sent_over } = confirmed;
        let answered = snapshot.as_ref().and_then(|snapshot| snapshot.metadata_at.or(snapshot.updated_at));
        let answered = answered.map_or(requested, |at| trusted(at, requested));
        let in_response = |field: &Field| snapshot.as_ref().and_then(|snapshot| snapshot.content(*field));
        let values: Vec<_> =
            changes.into_iter().map(|(field, sent)| (field, in_response(&field).unwrap_or(sent))).collect();
        let mut changed = match snapshot {
            Some(snapshot) => self.merge(*snapshot, requested, Authority::Ordered),
            None => Vec::new(),
        };
        let is_known = self.jobs.change(&job_id, |job| {
            for (field, value) in values {
                let held = job.field_updated_at(field);
                let came_meanwhile = held != sent_over.get(&field).copied();
                if came_meanwhile && held.is_some_and(|held| held > answered) {
                    continue;
                }
                job.set(field, held.map_or(answered, |held| held.max(answered)), value);
            }
            job.touch(answered);
        });
        changed.extend(is_known.map(|()| Change::Job(job_id, Scope::Increment)));
        changed
    }
}
