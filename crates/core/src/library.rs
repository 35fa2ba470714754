//! All jobs, and the rules by which messages and snapshots change them.

use std::{borrow::Cow, sync::Arc, time::Duration};

use indexmap::IndexSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    JobId, Now,
    edits::{Confirmed, content_of},
    library::{
        record::{ApplyOutcome, Dismissal, Record},
        server_clock::ServerClock,
    },
    model::{job::Field, unix_nanos::UnixNanos},
    protocol::{Event, snapshot::Snapshot},
};

mod apply;
mod cache_slot;
mod change;
mod jobs;
pub mod pending_changes;
pub mod record;
pub mod server_clock;

use apply::{apply_body, merge_into};
pub use cache_slot::JobSummary;
use change::Before;
pub use change::{Change, Observation, Outcome, RunOutcome, Scope};
use jobs::{Jobs, Known};

/// How far ahead of the server's clock a message may be dated before its time of arrival stands in.
const TRUSTED_AHEAD: Duration = Duration::from_mins(5);
/// How late a message may be before its clock is in doubt: only REST can tell then what holds.
const LATE_MESSAGE: Duration = Duration::from_mins(1);
/// How many jobs that REST denied are remembered; a backend that invents ids costs the oldest.
const DENIED_LIMIT: usize = 1_000;
/// The most jobs that are held. A backend that invents ids must not fill the memory.
pub const JOB_LIMIT: usize = 200_000;

/// Tells how much a snapshot may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// It stands in the order rule with its own time.
    Ordered,
    /// It was asked for because messages left a doubt: its status holds.
    Authoritative,
}

/// Tells what a person wants with the trouble of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum DismissAction {
    /// It is seen, and asks for no more attention.
    Dismiss,
    /// It asks for attention again.
    Restore,
}

/// Holds every job by its id.
#[derive(Debug, Default)]
pub struct Library {
    jobs: Jobs,
    /// The server's clock, as its answers tell it.
    pub server_clock: ServerClock,
    /// The newest time that the list told of when it was first seen whole: what ends after it is news.
    synced: Option<Timestamp>,
    /// Jobs that REST does not have: no message alone makes them again.
    denied: IndexSet<JobId>,
}

impl Library {
    /// Takes up the records that the disk kept.
    pub fn restore(records: impl IntoIterator<Item = Record>) -> Self {
        let (mut jobs, mut synced) = (Jobs::default(), None);
        for record in records {
            synced = synced.max(record.updated_at);
            jobs.add(record);
        }
        Self { synced: synced.map(Timestamp::from), jobs, ..Self::default() }
    }

    /// Returns every job, in no order that means anything. Nearly all are unpacked for it, one by one: where their briefs
    /// do, it is those that should be asked.
    pub fn jobs(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        self.jobs.records()
    }

    /// Returns of every job what a glance over all of them needs, in the order of [`Self::jobs`].
    pub fn summaries(&self) -> impl Iterator<Item = (&JobId, &JobSummary)> {
        self.jobs.summaries()
    }

    /// Returns one job.
    pub fn job(&self, job_id: &JobId) -> Option<Cow<'_, Record>> {
        self.jobs.get(job_id)
    }

    /// Returns what one job is in brief.
    pub fn summary(&self, job_id: &JobId) -> Option<&JobSummary> {
        self.jobs.summary(job_id)
    }

    /// Returns one job as it is now, for whoever needs it longer.
    pub fn shared(&self, job_id: &JobId) -> Option<Arc<Record>> {
        self.jobs.shared(job_id)
    }

    /// Keeps the long texts of a job out of memory, now that the disk has them.
    pub fn evict_transcript(&mut self, job_id: &JobId) {
        self.jobs.change(job_id, Record::evict_transcript);
    }

    /// Takes the words of a video back into memory, before the disk forgets them.
    pub fn restore_transcript(&mut self, job_id: &JobId, transcript: String) {
        self.jobs.change(job_id, |job| job.restore_transcript(transcript));
    }

    /// Returns the ids of the jobs that have not ended.
    pub fn unfinished(&self) -> impl Iterator<Item = &JobId> {
        self.summaries().filter(|(_, summary)| !summary.status.is_final()).map(|(job_id, _)| job_id)
    }

    /// Tells whether there is room for a job.
    pub fn has_room_for(&self, job_id: &JobId) -> bool {
        self.jobs.len() < JOB_LIMIT || self.jobs.contains(job_id)
    }

    /// Returns what the server's clock shows now, as far as is known.
    pub fn server_time(&self, now: Now) -> Timestamp {
        self.server_clock.at(now)
    }

    /// Applies a message. One about a job that there is no room for changes nothing.
    pub fn apply(&mut self, event: Event, now: Now) -> Vec<Change> {
        if !self.has_room_for(&event.job_id) {
            return Vec::new();
        }
        if self.denied.contains(&event.job_id) {
            return vec![Change::MayBeStale(event.job_id)];
        }
        let arrival = self.server_time(now);
        let at = event.at.map_or(arrival, |at| trusted(at, arrival));
        let mut is_questionable = event.lost > 0;
        let is_synced = self.synced.is_some();
        let (known, verdict, mut changes) = self.jobs.change_or_make(&event.job_id, |job, known| {
            let observation =
                if known == Known::Yes || is_synced { Observation::Live } else { Observation::InitialList };
            let before = Before::of(job);
            // A clock that does not know its offset dates every message before the job's own snapshot.
            is_questionable |= job.listed
                && job.updated_at.is_some_and(|held| UnixNanos::from(at) < held)
                && at.checked_add(LATE_MESSAGE).is_ok_and(|late| late < arrival);
            let (verdict, differs) = apply_body(job, at, event.body);
            is_questionable &= !job.overall.status().is_final();
            let differs = job.touch(at) || differs;
            (known, verdict, if differs { before.compare(job, observation) } else { Vec::new() })
        });
        if verdict == ApplyOutcome::NeedsRefetch {
            changes.push(Change::NeedsRefetch(event.job_id.clone()));
        } else if is_questionable {
            changes.push(Change::MayBeStale(event.job_id.clone()));
        }
        if known == Known::No {
            changes.push(Change::Discovered(event.job_id));
        }
        changes
    }

    /// Merges what REST says about one job, asked for at `requested` by the server's clock.
    pub fn merge(&mut self, snapshot: Snapshot, requested: Timestamp, authority: Authority) -> Vec<Change> {
        self.merge_over(None, snapshot, requested, authority)
    }

    /// Merges it; `cleared` is what was known of the job before that was cleared away.
    fn merge_over(
        &mut self,
        cleared: Option<&Record>,
        snapshot: Snapshot,
        requested: Timestamp,
        authority: Authority,
    ) -> Vec<Change> {
        let job_id = snapshot.job_id.clone();
        if !self.has_room_for(&job_id) {
            return Vec::new();
        }
        self.denied.shift_remove(&job_id);
        // Made and ended while nobody looked is news; one that had merely stood on a later page is not.
        let is_news = |since: Timestamp| snapshot.updated_at.is_some_and(|at| at > since);
        let is_news = self.synced.is_some_and(is_news) || cleared.is_some();
        let (verdict, mut changes) = self.jobs.change_or_make(&job_id, |job, known| {
            let observation = if known == Known::Yes || is_news { Observation::Live } else { Observation::InitialList };
            if let Some(cleared) = cleared {
                // What no backend knows.
                (job.run, job.dismissed) = (cleared.run, cleared.dismissed);
            }
            let (before, was) = (Before::of(cleared.unwrap_or(job)), Record::clone(job));
            let at = snapshot.updated_at.map_or(requested, |at| trusted(at, requested));
            let metadata_at = snapshot.metadata_at.map(|at| trusted(at, requested));
            let snapshot = Snapshot { metadata_at, ..snapshot };
            let decided = match authority {
                Authority::Ordered => at,
                Authority::Authoritative => job.overall.since().map_or(at, |since| since.max(at)),
            };
            let verdict = merge_into(job, at, decided, snapshot);
            (verdict, if was == *job { Vec::new() } else { before.compare(job, observation) })
        });
        if verdict == ApplyOutcome::NeedsRefetch && authority == Authority::Ordered {
            changes.push(Change::NeedsRefetch(job_id));
        }
        changes
    }

    /// Takes in that the backend has an edit, and returns the changes.
    ///
    /// The answer outdoes whatever was held when the edit was sent, even from a backend that does not date its changes;
    /// a word that came after, and is newer than the answer, outdoes the answer.
    pub fn confirm(&mut self, confirmed: Confirmed, requested: Timestamp) -> Vec<Change> {
        let Confirmed { job_id, changes, snapshot, sent_over } = confirmed;
        let answered = snapshot.as_ref().and_then(|snapshot| snapshot.metadata_at.or(snapshot.updated_at));
        let answered = answered.map_or(requested, |at| trusted(at, requested));
        let said = |field: &Field| snapshot.as_ref().and_then(|snapshot| content_of(snapshot, *field));
        let values: Vec<_> = changes.into_iter().map(|(field, sent)| (field, said(&field).unwrap_or(sent))).collect();
        let mut changed = match snapshot {
            Some(snapshot) => self.merge(*snapshot, requested, Authority::Ordered),
            None => Vec::new(),
        };
        let is_known = self.jobs.change(&job_id, |job| {
            for (field, value) in values {
                let held = job.said_at(field);
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

    /// Merges the whole list, and returns the changes and the known jobs that it does not hold.
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

    /// Takes up a job that was just made here: whatever becomes of it is news.
    pub fn expect(&mut self, job_id: &JobId) {
        self.denied.shift_remove(job_id);
        self.jobs.change_or_make(job_id, |_, _| ());
    }

    /// Puts the trouble of a job aside, or takes it up again.
    pub fn set_dismissed(&mut self, job_id: &JobId, trouble: DismissAction) -> Option<Change> {
        self.jobs.change(job_id, |job| {
            job.dismissed = match trouble {
                DismissAction::Dismiss => {
                    let newest = job.faults.iter().map(|fault| fault.at).max();
                    Some(Dismissal { run: job.run, at: job.updated_at.max(newest) })
                }
                DismissAction::Restore => None,
            };
        })?;
        Some(Change::Job(job_id.clone(), Scope::Increment))
    }

    /// Forgets a job that the server does not have. No message makes it again before REST tells of it.
    pub fn remove(&mut self, job_id: &JobId) -> Option<Change> {
        if self.denied.len() >= DENIED_LIMIT {
            self.denied.shift_remove_index(0);
        }
        self.denied.insert(job_id.clone());
        self.jobs.remove(job_id).map(|job| Change::Removed(job.job_id))
    }

    /// Takes every job from the list alone, but for what no backend knows, and returns the changes and those that are gone.
    /// What was known before is no news. Those that no list told of yet stay, and those that are `wanted`.
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

    /// Forgets everything, as a sign-out must.
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
