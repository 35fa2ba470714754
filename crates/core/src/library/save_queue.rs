//! Jobs that changed and are not on disk yet. They are written in parts, in rounds.

use std::time::Duration;

use super::job_queue::{JobQueue, take};
use crate::JobId;

/// The time between two rounds. A crash loses at most the progress of this time, which the backend still has.
const SAVE_INTERVAL: Duration = Duration::from_secs(1);
/// The most jobs in one part. A longer transaction would delay whatever must reach the disk at once, such as edits.
const PART_LIMIT: usize = 64;
/// How long to wait before a failed write is tried again.
const RETRY_DELAY: Duration = Duration::from_secs(10);

/// Jobs to be written to disk. Only ids are held, so its size is bounded by the number of jobs.
#[derive(Debug, Default)]
pub struct SaveQueue {
    /// In the order in which they changed.
    unsaved: JobQueue<()>,
    /// How many of them are still to be written by the current round.
    round: usize,
    /// Whether a part is being written.
    saving: bool,
    save_at: Option<Duration>,
}

impl SaveQueue {
    /// Returns when the next part is due, on the monotonic clock; none while a part is being written.
    pub fn deadline(&self) -> Option<Duration> {
        self.save_at.filter(|_| !self.saving)
    }

    /// Returns whether a part is due.
    pub fn is_due(&self, now: Duration) -> bool {
        self.deadline().is_some_and(|due| now >= due)
    }

    /// Adds a changed job, and plans a round.
    pub fn mark(&mut self, job_id: &JobId, now: Duration) {
        if !self.unsaved.contains_key(job_id) {
            self.unsaved.insert(job_id.clone(), ());
        }
        self.save_at.get_or_insert(now + SAVE_INTERVAL);
    }

    /// Adds a job without planning a round.
    pub fn mark_unsaved(&mut self, job_id: JobId) {
        self.unsaved.insert(job_id, ());
    }

    /// Removes a job that no longer exists.
    pub fn remove(&mut self, job_id: &JobId) {
        self.unsaved.swap_remove(job_id);
    }

    /// Returns the jobs that are not on disk.
    pub fn unsaved(&self) -> impl Iterator<Item = &JobId> {
        self.unsaved.keys()
    }

    /// Removes and returns the next part. [`Self::saved`] must be called before the next one. Jobs that change
    /// meanwhile belong to the next round, or each would be written as often as it changes.
    pub fn next_part(&mut self) -> Vec<JobId> {
        if self.round == 0 {
            self.round = self.unsaved.len();
        }
        let taken = take(&mut self.unsaved, self.round.min(PART_LIMIT));
        self.round -= taken.len();
        (self.saving, self.save_at) = (true, None);
        taken.into_iter().map(|(job_id, ())| job_id).collect()
    }

    /// Ends the part that is being written, whether or not it was written.
    pub fn saved(&mut self, now: Duration) {
        self.saving = false;
        self.round = self.round.min(self.unsaved.len());
        self.save_at = match self.round {
            0 => (!self.unsaved.is_empty()).then_some(now + SAVE_INTERVAL),
            _ => Some(now),
        };
    }

    /// Removes and returns all jobs.
    pub fn take_all(&mut self) -> Vec<JobId> {
        self.cancel();
        std::mem::take(&mut self.unsaved).into_keys().collect()
    }

    /// Cancels the current round.
    pub fn cancel(&mut self) {
        (self.round, self.save_at) = (0, None);
    }

    /// Plans another attempt after a failed write.
    pub fn retry_later(&mut self, now: Duration) {
        self.round = 0;
        self.save_at = Some(now + RETRY_DELAY);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::job_queue::MIN_CAPACITY, *};

    fn id(number: usize) -> JobId {
        JobId::new(number.to_string())
    }

    fn queue(jobs: usize) -> SaveQueue {
        let mut queue = SaveQueue::default();
        (0..jobs).for_each(|number| queue.mark(&id(number), Duration::ZERO));
        queue
    }

    #[test]
    fn changed_job_is_due_after_the_interval() {
        assert_eq!(queue(1).deadline(), Some(SAVE_INTERVAL));
    }

    #[test]
    fn many_jobs_are_saved_in_parts_and_later_changes_by_the_next_round() {
        let mut queue = queue(100);
        assert!(queue.is_due(SAVE_INTERVAL));
        assert_eq!(queue.next_part().len(), 64);
        queue.mark(&id(0), SAVE_INTERVAL);
        queue.mark(&id(99), SAVE_INTERVAL);
        assert_eq!((queue.is_due(Duration::MAX), queue.deadline()), (false, None), "one part at a time");
        queue.saved(SAVE_INTERVAL);
        assert!(queue.is_due(SAVE_INTERVAL), "the rest at once");
        assert_eq!(queue.next_part().len(), 36);
        queue.saved(SAVE_INTERVAL);
        assert!(!queue.is_due(SAVE_INTERVAL) && queue.is_due(2 * SAVE_INTERVAL));
        assert_eq!(queue.next_part(), [id(0)]);
        queue.saved(2 * SAVE_INTERVAL);
        assert!(!queue.is_due(Duration::MAX));
    }

    #[test]
    fn round_ends_when_its_jobs_were_removed() {
        let mut queue = queue(100);
        queue.next_part();
        (0..100).for_each(|number| queue.remove(&id(number)));
        queue.saved(SAVE_INTERVAL);
        assert!(!queue.is_due(Duration::MAX));
        assert_eq!(queue.unsaved().count(), 0);
    }

    #[test]
    fn capacity_of_a_long_list_is_freed() {
        let mut queue = queue(50_000);
        let mut saved = 0;
        while queue.unsaved.len() > 10 {
            saved += queue.next_part().len();
            queue.saved(Duration::ZERO);
        }
        assert_eq!(saved, 50_000);
        assert!(queue.unsaved.capacity() < 2 * PART_LIMIT + 8 * MIN_CAPACITY, "{}", queue.unsaved.capacity());
    }
}
