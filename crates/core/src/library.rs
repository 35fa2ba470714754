//! The jobs of one account, and the rules by which messages and snapshots change them.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc, time::Duration};

use indexmap::IndexSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    JobId, Now,
    library::{
        record::{ApplyOutcome, Dismissal, Record},
        server_clock::ServerClock,
    },
    model::unix_nanos::UnixNanos,
    protocol::{Event, snapshot::Snapshot},
};

mod apply;
mod cache_slot;
mod change;
mod confirm;
mod counts;
mod job_queue;
mod jobs;
pub mod record;
pub mod save_queue;
pub mod server_clock;
mod snoozes;
pub mod ui_batcher;

use apply::{apply_body, merge_into};
pub use cache_slot::JobSummary;
use change::Before;
pub use change::{Change, Observation, RunOutcome, Scope};
pub use confirm::ConfirmedEdit;
pub use counts::Counts;
use jobs::{Jobs, Known};

/// How far a message may be dated ahead of the server's clock before the time of its arrival replaces its timestamp.
/// Source: docs/protocol.md#ordering.
const TRUSTED_AHEAD: Duration = Duration::from_mins(5);
/// How far a message may be dated back before its timestamp is doubted and the job is refetched.
const LATE_MESSAGE: Duration = Duration::from_mins(1);
/// The number of jobs remembered as missing at the backend. The limit protects against a backend that invents ids; the
/// oldest entry is dropped.
const DENIED_LIMIT: usize = 1_000;
/// The maximum number of jobs. The limit keeps a backend that invents ids from exhausting the memory.
pub const JOB_LIMIT: usize = 200_000;

/// How the status of a snapshot is weighed against the known status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// The snapshot takes part in ordering with its own timestamp.
    Ordered,
    /// The snapshot was requested to resolve a conflict between messages: its status wins.
    Authoritative,
}

/// An action of the user on the failure or warnings of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DismissAction {
    /// Dismiss it, so that it is no longer highlighted.
    Dismiss,
    /// Restore it, so that it is highlighted again.
    Restore,
}

/// All jobs of one account by id.
#[derive(Debug, Default)]
pub struct Library {
    jobs: Jobs,
    /// The server's clock, estimated from its responses.
    pub server_clock: ServerClock,
    /// The latest timestamp in the first complete job list: runs that end after it are observed live.
    synced: Option<Timestamp>,
    /// The jobs that the backend reported as missing: a message alone does not create them again.
    denied: IndexSet<JobId>,
    /// The ends of the snoozes, by the clock of this computer, the next one first.
    snoozed: BTreeSet<(UnixNanos, JobId)>,
}

impl Library {
    /// Restores the records stored on disk.
    pub fn restore(records: impl IntoIterator<Item = Record>) -> Self {
        let (mut jobs, mut synced, mut snoozed) = (Jobs::default(), None, BTreeSet::new());
        for record in records {
            synced = synced.max(record.updated_at);
            snoozed.extend(record.snoozed.map(|snooze| (snooze.until(), record.job_id.clone())));
            jobs.add(record);
        }
        Self { synced: synced.map(Timestamp::from), jobs, snoozed, ..Self::default() }
    }

    /// Returns all jobs in arbitrary order. Nearly all records are unpacked for it one by one, so prefer
    /// [`Self::summaries`] where a summary suffices.
    pub fn jobs(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        self.jobs.records()
    }

    /// Returns the summaries of all jobs, in the order of [`Self::jobs`].
    pub fn summaries(&self) -> impl Iterator<Item = (&JobId, &JobSummary)> {
        self.jobs.summaries()
    }

    /// Returns a job.
    pub fn job(&self, job_id: &JobId) -> Option<Cow<'_, Record>> {
        self.jobs.get(job_id)
    }

    /// Returns the summary of a job.
    pub fn summary(&self, job_id: &JobId) -> Option<&JobSummary> {
        self.jobs.summary(job_id)
    }

    /// Returns a shared snapshot of a job, for use beyond the borrow.
    pub fn shared(&self, job_id: &JobId) -> Option<Arc<Record>> {
        self.jobs.shared(job_id)
    }

    /// Replaces the transcript of a job in memory by a placeholder, after it was stored on disk.
    pub fn evict_transcript(&mut self, job_id: &JobId) {
        self.jobs.change(job_id, Record::evict_transcript);
    }

    /// Loads the transcript of a job back into memory, before it is deleted from disk.
    pub fn restore_transcript(&mut self, job_id: &JobId, transcript: String) {
        self.jobs.change(job_id, |job| job.restore_transcript(transcript));
    }

    /// Returns the ids of the jobs that have not ended.
    pub fn unfinished(&self) -> impl Iterator<Item = &JobId> {
        self.summaries().filter(|(_, summary)| !summary.status.is_final()).map(|(job_id, _)| job_id)
    }

    /// Returns whether the job is known or there is room for another one.
    pub fn can_hold(&self, job_id: &JobId) -> bool {
        self.jobs.len() < JOB_LIMIT || self.jobs.contains(job_id)
    }

    /// Returns the current time of the server's clock, as far as it is known.
    pub fn server_time(&self, now: Now) -> Timestamp {
        self.server_clock.at(now)
    }

    /// Applies a message and returns the changes. A message about a job for which there is no room is ignored.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Change> {
        if !self.can_hold(&event.job_id) {
            return Vec::new();
        }
        if self.denied.contains(&event.job_id) {
            return vec![Change::MayBeStale(event.job_id)];
        }
        let arrival = self.server_time(now);
        let at = event.at.map_or(arrival, |at| trusted(at, arrival));
        let mut is_questionable = event.lost > 0;
        let is_synced = self.synced.is_some();
        let (known, outcome, mut changes) = self.jobs.change_or_make(&event.job_id, |job, known| {
            let observation =
                if known == Known::Yes || is_synced { Observation::Live } else { Observation::InitialList };
            let before = Before::of(job);
            // A backend clock with a wrong UTC offset dates every message before the job's own snapshot.
            is_questionable |= job.listed
                && job.updated_at.is_some_and(|held| UnixNanos::from(at) < held)
                && at.checked_add(LATE_MESSAGE).is_ok_and(|late| late < arrival);
            let (outcome, differs) = apply_body(job, at, event.body);
            is_questionable &= !job.overall.status().is_final();
            let differs = job.touch(at) || differs;
            (known, outcome, if differs { before.compare(job, observation) } else { Vec::new() })
        });
        if outcome == ApplyOutcome::NeedsRefetch {
            changes.push(Change::NeedsRefetch(event.job_id.clone()));
        } else if is_questionable {
            changes.push(Change::MayBeStale(event.job_id.clone()));
        }
        if known == Known::No {
            changes.push(Change::Discovered(event.job_id));
        }
        changes
    }

    /// Merges a snapshot of one job that was requested at `requested` by the server's clock, and returns the changes.
    pub fn merge(&mut self, snapshot: Snapshot, requested: Timestamp, authority: Authority) -> Vec<Change> {
        self.merge_over(None, snapshot, requested, authority)
    }

    /// Merges a snapshot. `cleared` is the record of the job before it was cleared for a reload.
    fn merge_over(
        &mut self,
        cleared: Option<&Record>,
        snapshot: Snapshot,
        requested: Timestamp,
        authority: Authority,
    ) -> Vec<Change> {
        let job_id = snapshot.job_id.clone();
        if !self.can_hold(&job_id) {
            return Vec::new();
        }
        self.denied.shift_remove(&job_id);
        // A job that was created and ended since the last list is observed live; one that was merely on a later page is
        // not.
        let is_recent = |since: Timestamp| snapshot.updated_at.is_some_and(|at| at > since);
        let is_recent = self.synced.is_some_and(is_recent) || cleared.is_some();
        let (outcome, mut changes) = self.jobs.change_or_make(&job_id, |job, known| {
            let observation =
                if known == Known::Yes || is_recent { Observation::Live } else { Observation::InitialList };
            if let Some(cleared) = cleared {
                // The backend does not know these values.
                (job.run, job.dismissed, job.snoozed) = (cleared.run, cleared.dismissed, cleared.snoozed);
            }
            let (before, was) = (Before::of(cleared.unwrap_or(job)), Record::clone(job));
            let at = snapshot.updated_at.map_or(requested, |at| trusted(at, requested));
            let metadata_at = snapshot.metadata_at.map(|at| trusted(at, requested));
            let snapshot = Snapshot { metadata_at, ..snapshot };
            let edit_answer = match authority {
                Authority::Ordered => at,
                Authority::Authoritative => job.overall.since().map_or(at, |since| since.max(at)),
            };
            let outcome = merge_into(job, at, edit_answer, snapshot);
            (outcome, if was == *job { Vec::new() } else { before.compare(job, observation) })
        });
        if outcome == ApplyOutcome::NeedsRefetch && authority == Authority::Ordered {
            changes.push(Change::NeedsRefetch(job_id));
        }
        changes
    }

    /// Merges the complete job list and returns the changes and the ids of known jobs that are missing in it.
    pub fn merge_all(&mut self, list: Vec<Snapshot>, requested: Timestamp) -> (Vec<Change>, Vec<JobId>) {
        let listed: std::collections::BTreeSet<_> = list.iter().map(|job| job.job_id.clone()).collect();
        let changes = list.into_iter().flat_map(|job| self.merge(job, requested, Authority::Ordered)).collect();
        if self.synced.is_none() {
            let newest = self.jobs().filter_map(|job| job.updated_at).max();
            self.synced = newest.map(Timestamp::from).or(Some(requested));
        }
        let unlisted = self.summaries().map(|(job_id, _)| job_id).filter(|job_id| !listed.contains(job_id));
        let was_listed = |job_id: &&JobId| self.job(job_id).is_some_and(|job| job.listed);
        let missing = unlisted.filter(was_listed).cloned().collect();
        (changes, missing)
    }

    /// Adds a job that was just created on this computer, so that its outcome counts as observed live.
    pub fn expect(&mut self, job_id: &JobId) {
        self.denied.shift_remove(job_id);
        self.jobs.change_or_make(job_id, |_, _| ());
    }

    /// Dismisses or restores the failure and warnings of a job.
    pub fn set_dismissed(&mut self, job_id: &JobId, action: DismissAction) -> Option<Change> {
        let snoozed = self.jobs.change(job_id, |job| {
            job.dismissed = match action {
                DismissAction::Dismiss => Some(Dismissal { run: job.run, at: job.latest_timestamp() }),
                DismissAction::Restore => None,
            };
            job.snoozed.take()
        })?;
        self.forget_snooze(job_id, snoozed);
        Some(Change::Job(job_id.clone(), Scope::Increment))
    }

    /// Removes a job that the backend does not have. Messages do not create it again before a snapshot contains it.
    pub fn remove(&mut self, job_id: &JobId) -> Option<Change> {
        if self.denied.len() >= DENIED_LIMIT {
            self.denied.shift_remove_index(0);
        }
        self.denied.insert(job_id.clone());
        let job = self.jobs.remove(job_id)?;
        self.forget_snooze(job_id, job.snoozed);
        Some(Change::Removed(job.job_id))
    }

    /// Replaces all jobs by those of a list, except for values that the backend does not know, and returns the changes
    /// and the ids of removed jobs. Outcomes that were known before are not reported again. Jobs that were never in a
    /// list stay, and so do those that are `wanted`.
    pub fn renew(
        &mut self,
        list: Vec<Snapshot>,
        requested: Timestamp,
        wanted: impl Fn(&JobId) -> bool,
    ) -> (Vec<Change>, Vec<JobId>) {
        let mut known = std::mem::take(&mut self.jobs);
        let mut changes = Vec::new();
        for snapshot in list {
            let cleared = known.remove(&snapshot.job_id);
            changes.extend(self.merge_over(cleared.as_ref(), snapshot, requested, Authority::Ordered));
        }
        let mut gone = Vec::new();
        for job in known.records() {
            if job.listed && !wanted(&job.job_id) {
                gone.push(job.job_id.clone());
            } else {
                self.jobs.add(job.into_owned());
            }
        }
        (changes, gone)
    }

    /// Removes all jobs, as required on sign-out.
    pub fn clear(&mut self) {
        let server_clock = self.server_clock;
        *self = Self { server_clock, ..Self::default() };
    }
}

fn trusted(at: Timestamp, arrival: Timestamp) -> Timestamp {
    if at <= arrival {
        return at;
    }
    match arrival.checked_add(TRUSTED_AHEAD) {
        Ok(limit) if at > limit => arrival,
        _ => at,
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod packing_tests;
