//! A queue that holds each job at most once, in the order in which the jobs were added.

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::JobId;

/// Jobs with a value each, in insertion order.
pub(super) type JobQueue<T> = IndexMap<JobId, T, RandomState>;

/// The capacity that a queue keeps however short it is, in jobs.
pub(super) const MIN_CAPACITY: usize = 1024;

/// Removes and returns the first `count` jobs. After a long list the excess capacity is freed: a lookup in a mostly
/// empty table is as slow as one in a full table.
pub(super) fn take<T>(queue: &mut JobQueue<T>, count: usize) -> Vec<(JobId, T)> {
    let taken = queue.drain(..count.min(queue.len())).collect();
    if queue.capacity() / 8 > queue.len().max(MIN_CAPACITY) {
        queue.shrink_to(MIN_CAPACITY);
    }
    taken
}
