//! What becomes of the job list.

use jiff::Timestamp;
use tallylight_core::{
    Now, connection, edits,
    protocol::snapshot::Snapshot,
    view::{Event, ListView},
};

use super::{Actor, Call, Forbidden, Listing, MISSING_LIMIT, Renewal};
use crate::net::rest::{Dated, Incomplete, List};

/// A list as it is taken in.
struct Listed {
    jobs: Vec<Snapshot>,
    /// When the oldest of them was made.
    oldest: Option<Timestamp>,
    /// What is missing of it.
    incomplete: Option<Incomplete>,
}

impl Actor {
    pub(super) fn listed(&mut self, answer: Dated<Listing>, requested: Now) {
        self.observe(answer.date);
        self.fetcher.forbidden = Forbidden::No;
        if let Listing::Jobs(List { jobs, skipped, lost, etag, incomplete }) = answer.value {
            self.fetcher.etag = etag;
            self.diagnostics.lost_fields(lost);
            self.show_incomplete(skipped, incomplete.as_ref());
            let jobs = Listed { oldest: jobs.iter().filter_map(|job| job.created_at).min(), jobs, incomplete };
            let requested = self.library.server_time(requested);
            match std::mem::take(&mut self.fetcher.renewal) {
                Renewal::Wanted => self.renew(jobs, requested),
                Renewal::No => self.merge_list(jobs, requested),
            }
        }
        self.watch_unfinished();
        self.connection_input(connection::Input::Fetched);
        self.fetcher.synced(Ok(()));
        self.known_at(self.now().wall);
        self.edits_input(edits::Input::Reachable);
    }

    /// Says what of the list is missing, where that changed.
    fn show_incomplete(&mut self, skipped: usize, incomplete: Option<&Incomplete>) {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let list = ListView {
            newest: match incomplete {
                Some(Incomplete::Newest(newest)) => Some(count(*newest)),
                Some(Incomplete::Statuses(_)) | None => None,
            },
            missing: match incomplete {
                Some(Incomplete::Statuses(missing)) => missing.clone(),
                Some(Incomplete::Newest(_)) | None => Vec::new(),
            },
            unreadable: count(skipped),
        };
        if self.fetcher.list != list {
            self.fetcher.list = list.clone();
            self.tell(Event::List(list));
        }
    }

    fn merge_list(&mut self, listed: Listed, requested: Timestamp) {
        let Listed { jobs, oldest, incomplete } = listed;
        let (changes, mut missing) = self.library.merge_all(jobs, requested);
        // What the list does not reach is not missing in it.
        missing.retain(|job_id| match &incomplete {
            None => true,
            Some(Incomplete::Newest(_)) => {
                let made = self.library.summary(job_id).and_then(|job| job.created_at).map(Timestamp::from);
                made.zip(oldest).is_some_and(|(made, oldest)| made > oldest)
            }
            Some(Incomplete::Statuses(statuses)) => {
                self.library.summary(job_id).is_some_and(|job| !statuses.contains(&job.status))
            }
        });
        self.changed(changes);
        if self.is_syncing() {
            // The first look is what an offline start shows: it waits for no timer.
            self.save_all();
        }
        // A page may have shifted under our hands: each is asked for before it is forgotten.
        if missing.len() > MISSING_LIMIT {
            // The same list again has more of them to ask for.
            self.fetcher.etag = None;
        }
        for job_id in missing.into_iter().take(MISSING_LIMIT) {
            self.call(Call::confirming(job_id));
        }
    }

    /// Fetches every job anew. Until the backend answers, what is known stays.
    pub(in crate::account) fn clear_cache(&mut self) {
        self.fetcher.want_renewal();
        self.connection_input(connection::Input::Refresh);
    }

    /// Takes every job from the list alone. What is known only here stays: what happened, what is to be told, and what was
    /// put aside.
    fn renew(&mut self, listed: Listed, requested: Timestamp) {
        if listed.incomplete.is_some() {
            // What is known of the others is all that there is.
            return self.merge_list(listed, requested);
        }
        let list = listed.jobs;
        // What is told of jobs that are gone is told of them while they are known.
        self.flush_history();
        let (changes, gone) = self.library.renew(list, requested, |job_id| self.edits.has(job_id));
        // Those that no list told of stay, with their words.
        let shelved = self.library.jobs().filter(|job| job.is_transcript_evicted()).map(|job| job.job_id.clone());
        self.restore_transcript(&shelved.collect::<Vec<_>>());
        self.store.clear_jobs();
        self.show_removed(gone);
        self.changed(changes);
        for (job_id, _) in self.library.summaries() {
            self.pending_changes.mark_unsaved(job_id.clone());
        }
        self.save_all();
    }
}
