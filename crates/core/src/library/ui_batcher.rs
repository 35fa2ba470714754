//! Changes that the window has not been sent: one batch a display frame, each job at most once in it.

use std::{collections::BTreeSet, time::Duration};

use super::{
    Scope,
    job_queue::{JobQueue, take},
};
use crate::JobId;

/// The most jobs in a batch. The first list may be long, and must not block the window for seconds.
const BATCH_LIMIT: usize = 500;

/// Jobs that changed since the last batch. Only ids are held, so its size is bounded by the number of jobs.
#[derive(Debug, Default)]
pub struct UiBatcher {
    /// In the order in which they changed, so that no job waits forever behind others.
    changed: JobQueue<Scope>,
    removed: BTreeSet<JobId>,
    flush_at: Option<Duration>,
    flushed: Duration,
    /// The shortest time between two batches.
    frame: Duration,
}

/// The jobs of one batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Changed jobs, and how much of each changed.
    pub changed: Vec<(JobId, Scope)>,
    /// Jobs that were removed.
    pub removed: Vec<JobId>,
}

impl UiBatcher {
    /// Returns a batcher that makes at most one batch a `frame`.
    pub fn new(frame: Duration) -> Self {
        Self { frame, ..Self::default() }
    }

    /// Returns when the next batch is due, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        self.flush_at
    }

    /// Returns whether a batch is due.
    pub fn is_due(&self, now: Duration) -> bool {
        self.flush_at.is_some_and(|due| now >= due)
    }

    /// Adds a changed job. The first change after a quiet time is due at once, later ones a frame after the last batch.
    pub fn mark(&mut self, job_id: JobId, scope: Scope, now: Duration) {
        self.removed.remove(&job_id);
        let held = self.changed.entry(job_id).or_insert(scope);
        *held = scope.max(*held);
        self.flush_at.get_or_insert(now.max(self.flushed + self.frame));
    }

    /// Adds a removed job.
    pub fn mark_removed(&mut self, job_id: JobId, now: Duration) {
        self.changed.swap_remove(&job_id);
        self.removed.insert(job_id);
        self.flush_at.get_or_insert(now.max(self.flushed + self.frame));
    }

    /// Removes and returns the next batch.
    pub fn batch(&mut self, now: Duration) -> Batch {
        self.flushed = now;
        let changed = take(&mut self.changed, BATCH_LIMIT);
        self.flush_at = (!self.changed.is_empty()).then_some(now + self.frame);
        Batch { changed, removed: std::mem::take(&mut self.removed).into_iter().collect() }
    }

    /// Postpones the next batch: the window does not keep up.
    pub fn hold(&mut self, until: Option<Duration>) {
        self.flush_at = until;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::job_queue::MIN_CAPACITY, *};

    const FRAME: Duration = Duration::from_millis(16);

    fn id(number: usize) -> JobId {
        JobId::new(number.to_string())
    }

    #[test]
    fn first_change_is_due_at_once_and_later_ones_a_frame_later_each_job_once() {
        let mut batcher = UiBatcher::new(FRAME);
        let start = Duration::from_secs(9);
        batcher.mark(id(1), Scope::Increment, start);
        assert!(batcher.is_due(start));
        assert_eq!(batcher.batch(start).changed, [(id(1), Scope::Increment)]);
        for scope in [Scope::Increment, Scope::Major, Scope::Increment] {
            batcher.mark(id(1), scope, start);
        }
        assert!(!batcher.is_due(start) && batcher.is_due(start + FRAME));
        assert_eq!(batcher.batch(start + FRAME), Batch { changed: vec![(id(1), Scope::Major)], removed: vec![] });
        assert_eq!(batcher.deadline(), None);
    }

    #[test]
    fn no_job_waits_forever_behind_jobs_that_change_all_the_time() {
        let mut batcher = UiBatcher::new(FRAME);
        let mut now = Duration::ZERO;
        (0..2 * BATCH_LIMIT).for_each(|number| batcher.mark(id(number), Scope::Increment, now));
        let mut shown = BTreeSet::new();
        for _ in 0..3 {
            now += FRAME;
            let batch = batcher.batch(now);
            assert!(batch.changed.len() <= BATCH_LIMIT);
            // The same jobs change again.
            for (job_id, scope) in batch.changed {
                batcher.mark(job_id.clone(), scope, now);
                shown.insert(job_id);
            }
        }
        assert_eq!(shown.len(), 2 * BATCH_LIMIT);
    }

    #[test]
    fn capacity_of_a_long_list_is_freed() {
        let mut batcher = UiBatcher::new(FRAME);
        (0..50_000).for_each(|number| batcher.mark(id(number), Scope::Increment, Duration::ZERO));
        let mut shown = 0;
        while batcher.changed.len() > 10 {
            shown += batcher.batch(Duration::ZERO).changed.len();
        }
        assert_eq!(shown, 50_000);
        assert!(batcher.changed.capacity() < 2 * BATCH_LIMIT + 8 * MIN_CAPACITY, "{}", batcher.changed.capacity());
    }

    #[test]
    fn removed_job_is_not_shown_and_restored_job_is_not_removed() {
        let mut batcher = UiBatcher::new(FRAME);
        batcher.mark(id(1), Scope::Major, Duration::ZERO);
        batcher.mark_removed(id(1), Duration::ZERO);
        batcher.mark_removed(id(2), Duration::ZERO);
        batcher.mark(id(2), Scope::Major, Duration::ZERO);
        let batch = batcher.batch(Duration::ZERO);
        assert_eq!(batch, Batch { changed: vec![(id(2), Scope::Major)], removed: vec![id(1)] });
    }
}
