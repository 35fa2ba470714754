//! The number of jobs by status.

use serde::Serialize;

use super::Library;
use crate::model::job::Status;

/// The number of jobs by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Counts {
    /// Queued.
    pub pending: u32,
    /// Processing.
    pub processing: u32,
    /// Ready.
    pub completed: u32,
    /// Failed.
    pub failed: u32,
}

impl Counts {
    /// Counts the jobs of a library.
    pub fn of(library: &Library) -> Self {
        let mut counts = Self::default();
        library.summaries().for_each(|(_, summary)| counts.add(summary.status));
        counts
    }

    /// Adds one to the count of a status.
    pub fn add(&mut self, status: Status) {
        *match status {
            Status::Pending => &mut self.pending,
            Status::Processing => &mut self.processing,
            Status::Completed => &mut self.completed,
            Status::Failed => &mut self.failed,
        } += 1;
    }
}
