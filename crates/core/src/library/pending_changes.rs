//! What changed and was not shown or saved yet: one batch a display frame, each job at most once in it.

use std::{collections::BTreeSet, time::Duration};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::{JobId, library::Scope};

/// The most jobs in a batch: a first look at a long list must not hold up the window for seconds.
const BATCH_LIMIT: usize = 500;
/// How often progress is written to disk. A crash costs at most this, and the backend still has it.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// How many jobs are written at once: more would hold up whatever else is to be written at once, such as words.
const SAVED_AT_ONCE: usize = 64;
/// How soon a disk that took nothing is tried again.
const SAVE_AGAIN: Duration = Duration::from_secs(10);

/// Holds jobs in the order in which they were marked.
type Marked<T> = IndexMap<JobId, T, RandomState>;

/// Room for so many is kept, however few there are.
const ROOM: usize = 1024;

/// Takes out the first ones. After a first look at a long list, the room that it took is given back: finding one of a few
/// in it would be as slow as finding one of many.
fn take<T>(marked: &mut Marked<T>, count: usize) -> Vec<(JobId, T)> {
    let taken = marked.drain(..count.min(marked.len())).collect();
    if marked.capacity() / 8 > marked.len().max(ROOM) {
        marked.shrink_to(ROOM);
    }
    taken
}

/// Holds the names of what changed, so that it never grows beyond the jobs.
#[derive(Debug, Default)]
pub struct Dirty {
    /// In the order in which they changed, so that none waits for ever behind others.
    unseen: Marked<Scope>,
    removed: BTreeSet<JobId>,
    /// In the order in which they changed.
    unsaved: Marked<()>,
    /// How many of them are still to be written by the round that is under way.
    round: usize,
    /// Whether something was taken out to be saved, and is not yet.
    saving: bool,
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
        let save_at = self.save_at.filter(|_| !self.saving);
        [self.flush_at, save_at].into_iter().flatten().min()
    }

    /// Tells whether something is to be shown by now.
    pub fn flush_due(&self, now: Duration) -> bool {
        self.flush_at.is_some_and(|due| now >= due)
    }

    /// Tells whether something is to be saved by now.
    pub fn save_due(&self, now: Duration) -> bool {
        !self.saving && self.save_at.is_some_and(|due| now >= due)
    }

    /// Takes in that a job changed. The first change after a quiet time is shown at once, the next ones a frame later.
    pub fn mark(&mut self, job_id: JobId, scope: Scope, now: Duration) {
        if !self.unsaved.contains_key(&job_id) {
            self.unsaved.insert(job_id.clone(), ());
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
        self.unsaved.insert(job_id, ());
    }

    /// Takes out what is shown now.
    pub fn batch(&mut self, now: Duration) -> Batch {
        self.flushed = now;
        let changed = take(&mut self.unseen, BATCH_LIMIT);
        self.flush_at = (!self.unseen.is_empty()).then_some(now + self.frame);
        Batch { changed, removed: std::mem::take(&mut self.removed).into_iter().collect() }
    }

    /// Shows nothing before a time: whoever is shown it does not keep up.
    pub fn hold(&mut self, until: Option<Duration>) {
        self.flush_at = until;
    }

    /// Returns what is to be saved.
    pub fn unsaved(&self) -> impl Iterator<Item = &JobId> {
        self.unsaved.keys()
    }

    /// Takes out what is saved next: in parts, each of which is to be told of by [`Self::saved`] before the next. What
    /// changes meanwhile is saved by another round, or each would be written as often as it changes.
    pub fn to_save(&mut self) -> Vec<JobId> {
        if self.round == 0 {
            self.round = self.unsaved.len();
        }
        let taken = take(&mut self.unsaved, self.round.min(SAVED_AT_ONCE));
        self.round -= taken.len();
        (self.saving, self.save_at) = (true, None);
        taken.into_iter().map(|(job_id, ())| job_id).collect()
    }

    /// Takes in that what was taken out is saved, or will have to be taken out again.
    pub fn saved(&mut self, now: Duration) {
        self.saving = false;
        self.round = self.round.min(self.unsaved.len());
        self.save_at = match self.round {
            0 => (!self.unsaved.is_empty()).then_some(now + SAVE_EVERY),
            _ => Some(now),
        };
    }

    /// Takes out everything that is to be saved, at once.
    pub fn all_to_save(&mut self) -> Vec<JobId> {
        (self.round, self.save_at) = (0, None);
        std::mem::take(&mut self.unsaved).into_keys().collect()
    }

    /// Saves nothing now: there is nothing left to be saved.
    pub fn forget_saving(&mut self) {
        (self.round, self.save_at) = (0, None);
    }

    /// Tries to save again later.
    pub fn save_later(&mut self, now: Duration) {
        self.round = 0;
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
    fn the_room_that_a_long_list_took_is_given_back() {
        let mut dirty = Dirty::once_in(FRAME);
        (0..50_000).for_each(|number| dirty.mark(id(number), Scope::Increment, Duration::ZERO));
        let (mut shown, mut saved) = (0, 0);
        while dirty.unseen.len() > 10 {
            shown += dirty.batch(Duration::ZERO).changed.len();
        }
        while dirty.unsaved.len() > 10 {
            saved += dirty.to_save().len();
            dirty.saved(Duration::ZERO);
        }
        assert_eq!((shown, saved), (50_000, 50_000));
        assert!(dirty.unseen.capacity() < 2 * BATCH_LIMIT + 8 * ROOM, "{}", dirty.unseen.capacity());
        assert!(dirty.unsaved.capacity() < 2 * BATCH_LIMIT + 8 * ROOM, "{}", dirty.unsaved.capacity());
    }

    #[test]
    fn much_is_saved_in_parts_and_what_changes_meanwhile_by_the_next_round() {
        let mut dirty = Dirty::once_in(FRAME);
        (0..100).for_each(|number| dirty.mark(id(number), Scope::Increment, Duration::ZERO));
        assert!(dirty.save_due(SAVE_EVERY));
        assert_eq!(dirty.to_save().len(), 64);
        dirty.mark(id(0), Scope::Increment, SAVE_EVERY);
        dirty.mark(id(99), Scope::Increment, SAVE_EVERY);
        dirty.batch(SAVE_EVERY);
        assert_eq!((dirty.save_due(Duration::MAX), dirty.deadline()), (false, None), "one part at a time");
        dirty.saved(SAVE_EVERY);
        assert!(dirty.save_due(SAVE_EVERY), "the rest at once");
        assert_eq!(dirty.to_save().len(), 36);
        dirty.saved(SAVE_EVERY);
        assert!(!dirty.save_due(SAVE_EVERY) && dirty.save_due(2 * SAVE_EVERY));
        assert_eq!(dirty.to_save(), [id(0)]);
        dirty.saved(2 * SAVE_EVERY);
        assert!(!dirty.save_due(Duration::MAX));
    }

    #[test]
    fn a_round_ends_though_what_it_was_to_save_is_gone() {
        let mut dirty = Dirty::once_in(FRAME);
        (0..100).for_each(|number| dirty.mark(id(number), Scope::Increment, Duration::ZERO));
        dirty.to_save();
        (0..100).for_each(|number| dirty.mark_removed(id(number), SAVE_EVERY));
        dirty.saved(SAVE_EVERY);
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
