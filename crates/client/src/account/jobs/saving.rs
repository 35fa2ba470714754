//! Writing jobs to disk: in parts on another thread, or all at once.

use std::{sync::Arc, time::Duration};

use tallylight_core::{JobId, edits::Edits, library::record::Record};

use super::{Jobs, retention::is_kept};
use crate::{
    account::{context::Context, message::Message},
    storage::Saved,
};

impl Jobs {
    /// Returns when the next part is due to be written.
    pub(in crate::account) fn save_deadline(&self) -> Option<Duration> {
        self.unsaved.deadline()
    }

    /// Writes the next part to disk on another thread: messages are handled meanwhile.
    pub(in crate::account) fn save(&mut self, edits: &Edits, context: &mut Context) {
        let job_ids = self.unsaved.next_part();
        let mut jobs: Vec<Arc<Record>> = job_ids.iter().filter_map(|job_id| self.library.shared(job_id)).collect();
        jobs.retain(|job| is_kept(job, edits, context));
        let write = context.store.save_in_background(jobs.clone());
        self.saving = jobs;
        let (written, messages) = (tokio::task::spawn_blocking(write), context.tasks.messages.clone());
        tokio::spawn(async move {
            let saved = written.await.unwrap_or_else(|_| Saved::aborted());
            drop(messages.send(Message::Saved(saved)).await);
        });
    }

    /// Ends a part, and returns its jobs.
    pub(in crate::account) fn end_saving(&mut self, context: &Context) -> Vec<Arc<Record>> {
        self.unsaved.saved(context.monotonic());
        std::mem::take(&mut self.saving)
    }

    /// Removes the transcripts of jobs from memory that were written in the background.
    pub(in crate::account) fn evict_saved(&mut self, jobs: Vec<Arc<Record>>, edits: &Edits, context: &Context) {
        for job in jobs.into_iter().filter(|job| job.transcript().is_some()) {
            // The disk has no change that was made since.
            if self.library.shared(&job.job_id).is_some_and(|held| Arc::ptr_eq(&held, &job) || held == job) {
                let job_id = job.job_id.clone();
                // The library copies a record that is shared.
                drop(job);
                self.evict_transcript(&job_id, edits, context);
            }
        }
    }

    /// Writes everything that changed to disk, and waits for it. Returns the jobs, and whether the disk took them.
    pub(in crate::account) fn save_all(&mut self, edits: &Edits, context: &mut Context) -> (Vec<JobId>, bool) {
        // Those being written, too: nothing may be left to report that they failed.
        for job in std::mem::take(&mut self.saving) {
            self.unsaved.mark_unsaved(job.job_id.clone());
        }
        let job_ids = self.unsaved.take_all();
        // Unpacked one by one, and written together: the next run must not take a part of a list for the whole.
        let jobs = job_ids.iter().filter_map(|job_id| self.library.job(job_id));
        let is_written = context.store.save(jobs, |job_id| edits.has(job_id));
        (job_ids, is_written)
    }

    /// Removes the transcripts of jobs from memory that are on disk as they are.
    pub(in crate::account) fn evict_transcripts(&mut self, job_ids: &[JobId], edits: &Edits, context: &Context) {
        for job_id in job_ids {
            self.evict_transcript(job_id, edits, context);
        }
    }

    /// Plans to write jobs again that the disk did not take.
    pub(in crate::account) fn retry_saving(&mut self, job_ids: impl Iterator<Item = JobId>, context: &Context) {
        job_ids.for_each(|job_id| self.unsaved.mark_unsaved(job_id));
        self.unsaved.retry_later(context.monotonic());
    }

    /// Cancels what was to be written: the jobs were deleted.
    pub(in crate::account) fn cancel_saving(&mut self, gone: &[JobId]) {
        self.unsaved.cancel();
        for job_id in gone {
            self.unsaved.remove(job_id);
        }
    }

    /// Removes the transcript of a job from memory, where the disk has it.
    fn evict_transcript(&mut self, job_id: &JobId, edits: &Edits, context: &Context) {
        if self.library.job(job_id).is_some_and(|job| job.transcript().is_some() && is_kept(&job, edits, context)) {
            self.library.evict_transcript(job_id);
        }
    }
}
