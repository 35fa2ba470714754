//! The list of the backend: merged into what is known, or in place of it.

use jiff::Timestamp;
use tallylight_core::{JobId, Now, edits::Edits, protocol::snapshot::Snapshot};

use super::{Context, Library, MissingJobs, fetcher};
use crate::account::message::Message;

/// The list as REST answered.
pub(in crate::account) struct ListUpdate {
    pub(in crate::account) jobs: Vec<Snapshot>,
    /// The backend's clock, as the answer told it.
    pub(in crate::account) date: Option<Timestamp>,
    /// When the request was sent, by our clocks.
    pub(in crate::account) requested: Now,
    /// What is missing of it.
    pub(in crate::account) incomplete: Option<MissingJobs>,
    pub(in crate::account) first: FirstList,
}

/// Whether it is the first list since signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) enum FirstList {
    No,
    Yes,
}

impl Library {
    pub(super) fn merge_list(&mut self, update: ListUpdate, context: &mut Context) {
        let ListUpdate { jobs, date, requested, incomplete, first } = update;
        self.observe(date, context.now());
        let oldest = jobs.iter().filter_map(|job| job.created_at).min();
        let (changes, mut missing) = self.jobs.merge_all(jobs, self.jobs.server_time(requested));
        missing.retain(|job_id| self.is_missing(job_id, incomplete.as_ref(), oldest));
        self.changed(changes, context.monotonic(), context);
        if first == FirstList::Yes {
            // The first list is what an offline start shows: it is saved without delay.
            context.send(Message::SaveAll);
        }
        context.send(fetcher::Input::Missing(missing));
    }

    /// Returns whether a job is missing in a list that reaches it.
    fn is_missing(&self, job_id: &JobId, incomplete: Option<&MissingJobs>, oldest: Option<Timestamp>) -> bool {
        let job = self.jobs.summary(job_id);
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
    ) -> (Vec<tallylight_core::library::Change>, Vec<JobId>) {
        let ListUpdate { jobs, date, requested, .. } = update;
        self.observe(date, context.now());
        let requested = self.jobs.server_time(requested);
        let (changes, gone) = self.jobs.renew(jobs, requested, |job_id| edits.has(job_id));
        // Jobs that the list does not name stay, with their transcripts.
        let evicted = self.jobs.jobs().filter(|job| job.is_transcript_evicted()).map(|job| job.job_id.clone());
        let evicted: Vec<JobId> = evicted.collect();
        self.restore_transcripts(&evicted, context);
        context.store.clear_jobs();
        (changes, gone)
    }

    /// Plans to write every job to disk.
    pub(in crate::account) fn mark_all_unsaved(&mut self) {
        for (job_id, _) in self.jobs.summaries() {
            self.unsaved.mark_unsaved(job_id.clone());
        }
    }
}
