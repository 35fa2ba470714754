//! The list of the backend: merged into what is known, or in place of it.

use jiff::Timestamp;
use tallylight_core::{JobId, edits::Edits, library::Change};

use super::{Jobs, captions::take_captions};
use crate::{
    account::{
        context::Context,
        message::{FetcherInput, ListPosition, ListUpdate, Message},
    },
    net::rest::MissingJobs,
};

impl Jobs {
    pub(super) fn merge_list(&mut self, update: ListUpdate, edits: &Edits, context: &mut Context) {
        let ListUpdate { mut jobs, date, requested, incomplete, position } = update;
        self.observe(date, context.now());
        let captions = take_captions(&mut jobs);
        let oldest = jobs.iter().filter_map(|job| job.created_at).min();
        let (changes, mut missing) = self.library.merge_all(jobs, self.library.server_time(requested));
        missing.retain(|job_id| self.is_missing(job_id, incomplete.as_ref(), oldest));
        self.changed(changes, context.monotonic(), context);
        self.save_captions(captions, edits, context);
        if position == ListPosition::First {
            // The first list is what an offline start shows: it is saved without delay.
            context.send(Message::SaveAll);
        }
        context.send(FetcherInput::Missing(missing));
    }

    /// Returns whether a job is missing in a list that reaches it.
    fn is_missing(&self, job_id: &JobId, incomplete: Option<&MissingJobs>, oldest: Option<Timestamp>) -> bool {
        let job = self.library.summary(job_id);
        match incomplete {
            None => true,
            Some(MissingJobs::Newest(_)) => {
                let created = job.and_then(|job| job.created_at).map(Timestamp::from);
                created.zip(oldest).is_some_and(|(created, oldest)| created > oldest)
            }
            Some(MissingJobs::Statuses(statuses)) => job.is_some_and(|job| !statuses.contains(&job.status)),
        }
    }

    /// Takes every job from the list alone, and returns which are gone. What only this computer knows stays: the history,
    /// pending notifications, and what was dismissed.
    pub(in crate::account) fn replace(
        &mut self,
        update: ListUpdate,
        edits: &Edits,
        context: &mut Context,
    ) -> (Vec<Change>, Vec<JobId>) {
        let ListUpdate { mut jobs, date, requested, .. } = update;
        self.observe(date, context.now());
        let captions = take_captions(&mut jobs);
        let requested = self.library.server_time(requested);
        let (changes, gone) = self.library.renew(jobs, requested, |job_id| edits.has(job_id));
        // Jobs that the list does not name stay, with their transcripts.
        let evicted = self.library.jobs().filter(|job| job.is_transcript_evicted()).map(|job| job.job_id.clone());
        let evicted: Vec<JobId> = evicted.collect();
        self.restore_transcripts(&evicted, context);
        context.store.clear_jobs();
        self.save_captions(captions, edits, context);
        (changes, gone)
    }

    /// Plans to write every job to disk.
    pub(in crate::account) fn mark_all_unsaved(&mut self) {
        for (job_id, _) in self.library.summaries() {
            self.unsaved.mark_unsaved(job_id.clone());
        }
    }
}
