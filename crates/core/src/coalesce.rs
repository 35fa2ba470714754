//! What changed and was not shown or saved yet: one batch a display frame, each job at most once in it.

use std::{collections::BTreeSet, time::Duration};

use indexmap::{IndexMap, IndexSet};

use crate::{JobId, cache::Scope};

/// The most jobs in a batch: a first look at a long list must not hold up the window for seconds.
const BATCH_LIMIT: usize = 500;
/// How often progress is written to disk. A crash costs at most this, and the backend still has it.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How many jobs are written at once: more would hold up the messages that arrive meanwhile.
pub const SAVED_AT_ONCE: usize = 64;
/// How soon a disk that took nothing is tried again.
const SAVE_AGAIN: Duration = Duration::from_secs(10);

/// Holds the names of what changed, so that it never grows beyond the jobs.
#[derive(Debug, Default)]
pub struct Dirty {
    /// In the order in which they changed, so that none waits for ever behind others.
    unseen: IndexMap<JobId, Scope>,
    removed: BTreeSet<JobId>,
    unsaved: IndexSet<JobId>,
    flush_at: Option<Duration>,
    save_at: Option<Duration>,
    flushed: Duration,
    /// How often changes are shown at most.
    frame: Duration,
}

/// Is what is shown at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What changed, and how much of it.
    pub changed: Vec<(JobId, Scope)>,
    /// What is gone.
    pub removed: Vec<JobId>,
}

impl Dirty {
    /// Shows changes at most once in so long.
    pub fn once_in(frame: Duration) -> Self {
        Self { frame, ..Self::default() }
    }

    /// Returns when something is due next, on the monotonic clock.
    pub fn deadline(&self) -> Option<Duration> {
        [self.flush_at, self.save_at].into_iter().flatten().min()
    }

    /// Tells whether something is to be shown by now.
    pub fn flush_due(&self, now: Duration) -> bool {
        self.flush_at.is_some_and(|due| now >= due)
    }

    /// Tells whether something is to be saved by now.
    pub fn save_due(&self, now: Duration) -> bool {
        self.save_at.is_some_and(|due| now >= due)
    }

    /// Takes in that a job changed. The first change after a quiet time is shown at once, the next ones a frame later.
    pub fn mark(&mut self, job_id: JobId, scope: Scope, now: Duration) {
        if !self.unsaved.contains(&job_id) {
            self.unsaved.insert(job_id.clone());
        }
        self.removed.remove(&job_id);
        let held = self.unseen.entry(job_id).or_insert(scope);
        *held = scope.max(*held);
        self.flush_at.get_or_insert(now.max(self.flushed + self.frame));
        self.save_at.get_or_insert(now + SAVE_EVERY);
    }

    /// Takes in that a job is gone.
    pub fn mark_removed(&mut self, job_id: JobId, now: Duration) {
        self.unseen.swap_remove(&job_id);
        self.unsaved.swap_remove(&job_id);
        self.removed.insert(job_id);
        self.flush_at.get_or_insert(now.max(self.flushed + self.frame));
    }

    /// Lets a job be written to disk, whether or not it changed.
    pub fn mark_unsaved(&mut self, job_id: JobId) {
        self.unsaved.insert(job_id);
    }

    /// Takes out what is shown now.
    pub fn batch(&mut self, now: Duration) -> Batch {
        self.flushed = now;
        let changed = self.unseen.drain(..self.unseen.len().min(BATCH_LIMIT)).collect();
        self.flush_at = (!self.unseen.is_empty()).then_some(now + self.frame);
        Batch { changed, removed: std::mem::take(&mut self.removed).into_iter().collect() }
    }

    /// Shows nothing before a time: whoever is shown it does not keep up.
    pub fn hold(&mut self, until: Option<Duration>) {
        self.flush_at = until;
    }

    /// Returns what is to be saved.
    pub fn unsaved(&self) -> impl Iterator<Item = &JobId> {
        self.unsaved.iter()
    }

    /// Takes out what is saved now, so many at most; the rest is due a frame later.
    pub fn to_save(&mut self, most: usize, now: Duration) -> Vec<JobId> {
        let taken = self.unsaved.drain(..self.unsaved.len().min(most)).collect();
        self.save_at = (!self.unsaved.is_empty()).then_some(now + self.frame);
        taken
    }

    /// Saves nothing now: there is nothing left to be saved.
    pub fn forget_saving(&mut self) {
        self.save_at = None;
    }

    /// Tries to save again later.
    pub fn save_later(&mut self, now: Duration) {
        self.save_at = Some(now + SAVE_AGAIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(16);

    fn id(number: usize) -> JobId {
        JobId::new(number.to_string())
    }

    #[test]
    fn the_first_change_is_shown_at_once_and_the_next_ones_a_frame_later_each_job_once() {
        let mut dirty = Dirty::once_in(FRAME);
        let start = Duration::from_secs(9);
        dirty.mark(id(1), Scope::Increment, start);
        assert!(dirty.flush_due(start));
        assert_eq!(dirty.batch(start).changed, [(id(1), Scope::Increment)]);
        for scope in [Scope::Increment, Scope::Major, Scope::Increment] {
            dirty.mark(id(1), scope, start);
        }
        assert!(!dirty.flush_due(start) && dirty.flush_due(start + FRAME));
        assert_eq!(dirty.batch(start + FRAME), Batch { changed: vec![(id(1), Scope::Major)], removed: vec![] });
        assert_eq!(dirty.deadline(), Some(start + SAVE_EVERY), "and saved");
    }

    #[test]
    fn none_waits_for_ever_behind_others_that_change_all_the_time() {
        let mut dirty = Dirty::once_in(FRAME);
        let mut now = Duration::ZERO;
        (0..2 * BATCH_LIMIT).for_each(|number| dirty.mark(id(number), Scope::Increment, now));
        let mut shown = BTreeSet::new();
        for _ in 0..3 {
            now += FRAME;
            let batch = dirty.batch(now);
            assert!(batch.changed.len() <= BATCH_LIMIT);
            // The same ones again.
            for (job_id, scope) in batch.changed {
                dirty.mark(job_id.clone(), scope, now);
                shown.insert(job_id);
            }
        }
        assert_eq!(shown.len(), 2 * BATCH_LIMIT);
    }

    #[test]
    fn much_is_saved_in_parts_between_which_messages_are_heard() {
        let mut dirty = Dirty::once_in(FRAME);
        (0..100).for_each(|number| dirty.mark(id(number), Scope::Increment, Duration::ZERO));
        assert_eq!(dirty.to_save(SAVED_AT_ONCE, SAVE_EVERY).len(), 64);
        assert!(!dirty.save_due(SAVE_EVERY) && dirty.save_due(SAVE_EVERY + FRAME));
        assert_eq!(dirty.to_save(SAVED_AT_ONCE, SAVE_EVERY + FRAME).len(), 36);
        assert!(!dirty.save_due(Duration::MAX));
    }

    #[test]
    fn what_is_gone_is_neither_shown_nor_saved_and_what_is_back_is_not_gone() {
        let mut dirty = Dirty::once_in(FRAME);
        dirty.mark(id(1), Scope::Major, Duration::ZERO);
        dirty.mark_removed(id(1), Duration::ZERO);
        assert_eq!(dirty.unsaved().count(), 0);
        dirty.mark_removed(id(2), Duration::ZERO);
        dirty.mark(id(2), Scope::Major, Duration::ZERO);
        let batch = dirty.batch(Duration::ZERO);
        assert_eq!(batch, Batch { changed: vec![(id(2), Scope::Major)], removed: vec![id(1)] });
    }
}
