//! All jobs by id: those changed last are unpacked, the rest is packed.

use std::{borrow::Cow, collections::VecDeque, sync::Arc};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use super::cache_slot::{CacheSlot, JobSummary};
use crate::{JobId, library::record::Record};

/// The maximum number of unpacked jobs: more than change within a few minutes, and few compared to 100,000. In tests it
/// is so small that every test exercises packing.
const OPEN_LIMIT: usize = if cfg!(test) { 2 } else { 2048 };

/// Whether a job was known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Yes,
    No,
}

/// The cache of jobs. The lookup time does not depend on the number of jobs, and the iteration order is deterministic.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    held: IndexMap<JobId, CacheSlot, RandomState>,
    /// The ids of the unpacked jobs, in the order in which they were unpacked.
    open: VecDeque<JobId>,
}

impl Jobs {
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn contains(&self, job_id: &JobId) -> bool {
        self.held.contains_key(job_id)
    }

    pub(super) fn get(&self, job_id: &JobId) -> Option<Cow<'_, Record>> {
        self.held.get(job_id).map(|held| held.record(job_id))
    }

    pub(super) fn summary(&self, job_id: &JobId) -> Option<&JobSummary> {
        self.held.get(job_id).map(CacheSlot::summary)
    }

    pub(super) fn shared(&self, job_id: &JobId) -> Option<Arc<Record>> {
        self.held.get(job_id).map(|held| held.shared(job_id))
    }

    pub(super) fn records(&self) -> impl Iterator<Item = Cow<'_, Record>> {
        self.held.iter().map(|(job_id, held)| held.record(job_id))
    }

    pub(super) fn summaries(&self) -> impl Iterator<Item = (&JobId, &JobSummary)> {
        self.held.iter().map(|(job_id, held)| (job_id, held.summary()))
    }

    /// Adds a record that is not known yet.
    pub(super) fn add(&mut self, record: Record) {
        let job_id = record.job_id.clone();
        self.held.insert(job_id.clone(), CacheSlot::new(record));
        self.open.push_back(job_id);
        self.pack_some();
    }

    /// Changes a known job; returns none if it is not known.
    pub(super) fn change<T>(&mut self, job_id: &JobId, by: impl FnOnce(&mut Record) -> T) -> Option<T> {
        self.contains(job_id).then(|| self.change_or_make(job_id, |job, _| by(job)))
    }

    /// Changes a job, and creates it first if it is not known.
    pub(super) fn change_or_make<T>(&mut self, job_id: &JobId, by: impl FnOnce(&mut Record, Known) -> T) -> T {
        let Some((_, job_id, held)) = self.held.get_full_mut(job_id) else {
            let mut record = Record::new(job_id.clone());
            let result = by(&mut record, Known::No);
            self.add(record);
            return result;
        };
        let was_packed = !held.is_open();
        let result = held.change(job_id, |job| by(job, Known::Yes));
        if was_packed {
            self.open.push_back(job_id.clone());
        }
        self.pack_some();
        result
    }

    /// Packs the jobs that were unpacked first if too many are unpacked. A job that cannot be packed now moves to the
    /// back. At most two are tried per call, which suffices to shrink the excess without delaying a message.
    fn pack_some(&mut self) {
        for _ in 0..2 {
            let too_many = self.open.len() > OPEN_LIMIT;
            let Some(first) = self.open.pop_front_if(|_| too_many) else { return };
            if self.held.get_mut(&first).is_some_and(|held| !held.pack()) {
                self.open.push_back(first);
            }
        }
    }

    /// Removes a job and returns its record.
    pub(super) fn remove(&mut self, job_id: &JobId) -> Option<Record> {
        let (job_id, held) = self.held.swap_remove_entry(job_id)?;
        if held.is_open() {
            self.open.retain(|open| *open != job_id);
        }
        Some(held.record(&job_id).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::job::{Content, Field};

    fn ids() -> impl Iterator<Item = JobId> {
        (1..7).map(|number: u8| JobId::new(number.to_string()))
    }

    fn six() -> Jobs {
        let mut jobs = Jobs::default();
        ids().for_each(|job_id| jobs.add(Record::new(job_id)));
        jobs
    }

    fn open(jobs: &Jobs) -> Vec<&str> {
        let mut open: Vec<_> =
            jobs.held.iter().filter(|(_, held)| held.is_open()).map(|(job_id, _)| job_id.as_str()).collect();
        open.sort_unstable();
        open
    }

    #[test]
    fn jobs_changed_last_are_unpacked() {
        let mut jobs = six();
        assert_eq!(open(&jobs), ["5", "6"]);
        jobs.get(&JobId::new("1")).expect("it");
        assert_eq!(open(&jobs), ["5", "6"], "reading does not unpack");
        jobs.change(&JobId::new("1"), |job| job.run = 1);
        assert_eq!((open(&jobs), jobs.open.len()), (vec!["1", "6"], 2));
        jobs.remove(&JobId::new("6"));
        jobs.change(&JobId::new("2"), |job| job.run = 1);
        assert_eq!((open(&jobs), jobs.open.len()), (vec!["1", "2"], 2));
    }

    #[test]
    fn job_with_transcript_is_packed_after_eviction() {
        let mut jobs = six();
        for job_id in ids() {
            let words = Content::Text("words".to_owned());
            jobs.change(&job_id, |job| job.set(Field::Transcript, Timestamp::UNIX_EPOCH, words));
        }
        assert_eq!(open(&jobs).len(), 6);
        for job_id in ids() {
            jobs.change(&job_id, Record::evict_transcript);
        }
        assert_eq!((open(&jobs).len(), jobs.open.len()), (2, 2));
    }
}
