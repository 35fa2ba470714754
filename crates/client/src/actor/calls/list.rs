//! What becomes of the job list.

use jiff::Timestamp;
use tallylight_core::{Now, edits, link, snapshot::Snapshot};

use super::{Actor, Call, Listing, MISSING_LIMIT, Renewal};
use crate::rest::Dated;

impl Actor {
    pub(super) fn listed(&mut self, answer: Dated<Listing>, requested: Now) {
        self.observe(answer.date);
        if let Listing::Jobs { jobs, etag } = answer.value {
            self.calls.etag = etag;
            let requested = self.cache.server_time(requested);
            match std::mem::take(&mut self.calls.renewal) {
                Renewal::Wanted => self.renew(jobs, requested),
                Renewal::No => self.merge_list(jobs, requested),
            }
        }
        self.watch_unfinished();
        self.link_input(link::Input::Fetched);
        self.calls.synced(Ok(()));
        self.known_at(self.now().wall);
        self.edits_input(edits::Input::Reachable);
    }

    fn merge_list(&mut self, jobs: Vec<Snapshot>, requested: Timestamp) {
        let (changes, missing) = self.cache.merge_all(jobs, requested);
        self.changed(changes);
        if self.is_syncing() {
            // The first look is what an offline start shows: it waits for no timer.
            self.save_all();
        }
        // A page may have shifted under our hands: each is asked for before it is forgotten.
        if missing.len() > MISSING_LIMIT {
            // The same list again has more of them to ask for.
            self.calls.etag = None;
        }
        for job_id in missing.into_iter().take(MISSING_LIMIT) {
            self.call(Call::confirming(job_id));
        }
    }

    /// Fetches every job anew. Until the backend answers, what is known stays.
    pub(in crate::actor) fn clear_cache(&mut self) {
        self.calls.want_renewal();
        self.link_input(link::Input::Refresh);
    }

    /// Takes every job from the list alone. What is known only here stays: what happened, what is to be told, and what was
    /// put aside.
    fn renew(&mut self, list: Vec<Snapshot>, requested: Timestamp) {
        // What is told of jobs that are gone is told of them while they are known.
        self.keep_happenings();
        let (changes, gone) = self.cache.renew(list, requested, |job_id| self.edits.has(job_id));
        // Those that no list told of stay, with their words.
        let shelved = self.cache.jobs().filter(|job| job.is_shelved()).map(|job| job.job_id.clone());
        self.unshelve(&shelved.collect::<Vec<_>>());
        self.store.clear_jobs();
        self.show_removed(gone);
        self.changed(changes);
        for (job_id, _) in self.cache.briefs() {
            self.dirty.mark_unsaved(job_id.clone());
        }
        self.save_all();
    }
}
