//! How long finished jobs stay on disk.

use std::time::Duration;

use jiff::SignedDuration;
use tallylight_core::{JobId, Now, edits::Edits, library::record::Record};

use super::Jobs;
use crate::{account::context::Context, storage::Store};

/// How often jobs that are over are taken off the disk.
const PRUNE_INTERVAL: Duration = Duration::from_hours(24);

/// Returns the jobs of the disk, without those whose retention is over.
pub(in crate::account) fn load(store: &mut Store, now: Now, days: u16) -> Vec<Record> {
    set_retention(store, now, days);
    let edited = store.jobs_with_edits();
    store.jobs(&edited)
}

/// Keeps finished jobs for so many days after they last changed.
pub(in crate::account) fn set_retention(store: &mut Store, now: Now, days: u16) {
    if let Ok(from) = now.wall.checked_sub(SignedDuration::from_hours(24 * i64::from(days))) {
        store.set_retention(from);
    }
}

impl Jobs {
    pub(super) fn prune_at(&self) -> Duration {
        self.pruned + PRUNE_INTERVAL
    }

    /// Takes finished jobs off the disk whose retention is over; jobs with pending edits and drafts stay. The backend has
    /// them, and the window shows them for as long as the program runs.
    pub(super) fn prune(&mut self, edits: &Edits, context: &mut Context) {
        self.pruned = context.monotonic();
        set_retention(&mut context.store, context.clock.now(), context.settings.data.retention_days);
        let (mut old, mut evicted) = (Vec::new(), Vec::new());
        for job in self.library.jobs().filter(|job| !is_kept(job, edits, context)) {
            old.push(job.job_id.clone());
            if job.is_transcript_evicted() {
                evicted.push(job.job_id.clone());
            }
        }
        self.restore_transcripts(&evicted, context);
        context.store.forget(&old);
    }

    /// Reads transcripts back into memory before they are deleted from the disk.
    pub(super) fn restore_transcripts(&mut self, job_ids: &[JobId], context: &Context) {
        for job_id in job_ids {
            if let Some(text) = context.store.transcript(job_id) {
                self.library.restore_transcript(job_id, text);
            }
        }
    }
}

/// Returns whether a job stays on disk. Jobs with pending edits and drafts always do.
pub(super) fn is_kept(job: &Record, edits: &Edits, context: &Context) -> bool {
    !context.store.is_expired(job) || edits.has(&job.job_id)
}
