//! The captions that snapshots hold beside a transcript. The library does not hold them; a search needs their starts.

use tallylight_core::{
    JobId,
    edits::Edits,
    protocol::snapshot::{Caption, Snapshot},
};

use super::{Jobs, retention::is_kept};
use crate::account::context::Context;

/// Returns the captions of a list, of the jobs that have any.
pub(super) fn take_captions(jobs: &mut [Snapshot]) -> Vec<(JobId, Vec<Caption>)> {
    let with_captions = jobs.iter_mut().filter(|job| !job.captions.is_empty());
    with_captions.map(|job| (job.job_id.clone(), std::mem::take(&mut job.captions))).collect()
}

impl Jobs {
    /// Stores the starts of captions, of the jobs that are on disk.
    pub(super) fn save_captions(&self, mut captions: Vec<(JobId, Vec<Caption>)>, edits: &Edits, context: &mut Context) {
        captions.retain(|(job_id, _)| self.library.job(job_id).is_some_and(|job| is_kept(&job, edits, context)));
        context.store.set_captions(&captions);
    }
}
