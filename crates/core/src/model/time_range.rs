//! The time range in which a stage or a job was processed, taken from event timestamps rather than from the time of a
//! snapshot.

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{job::Status, unix_nanos::UnixNanos};

/// The time range of the latest run.
///
/// It is for display only and not a last-writer-wins register: an event that is older than the latest one is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct TimeRange {
    /// The start of processing: the timestamp of the first PROCESSING event of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<UnixNanos>,
    /// The end of the run: the timestamp of its COMPLETED or FAILED event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<UnixNanos>,
    /// The latest timestamp that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<UnixNanos>,
}

impl TimeRange {
    /// Returns the start of processing, if known.
    pub fn began(&self) -> Option<Timestamp> {
        self.began.map(Timestamp::from)
    }

    /// Returns the end of the run, if it has ended.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended.map(Timestamp::from)
    }

    /// Applies the status of an event and its timestamp.
    pub fn note(&mut self, at: Timestamp, status: Status) {
        let at = UnixNanos::from(at);
        if self.newest.is_some_and(|newest| at < newest) {
            return;
        }
        self.newest = Some(at);
        let is_expired = self.ended.is_some_and(|ended| at > ended);
        match status {
            Status::Completed | Status::Failed => self.ended = Some(at),
            Status::Pending if is_expired => (self.began, self.ended) = (None, None),
            Status::Pending => {}
            Status::Processing if is_expired => (self.began, self.ended) = (Some(at), None),
            Status::Processing => self.began = self.began.or(Some(at)),
        }
    }

    /// Applies the start and end that a backend stores for a run, unless that run is already known in more detail or a
    /// later one is.
    pub fn apply_stored_times(&mut self, began: Option<Timestamp>, ended: Option<Timestamp>) {
        let (began, ended) = (began.map(UnixNanos::from), ended.map(UnixNanos::from));
        let newest = began.max(ended);
        // If events were seen only from the middle of a run on, the backend's start time is the better one.
        let is_same_run =
            |held: UnixNanos| began.is_some_and(|began| began < held) && ended.is_none_or(|ended| ended >= held);
        if self.began.is_some_and(is_same_run) && ended >= self.ended {
            self.began = began;
        } else if newest.is_some() && (self.began.is_none() || self.newest < newest) {
            *self = Self { began, ended, newest: newest.max(self.newest) };
        }
    }

    /// Returns the duration in seconds, if both ends are known.
    pub fn seconds(&self) -> Option<f64> {
        Some(self.ended()?.duration_since(self.began()?).as_secs_f64().max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn noted(events: &[(i64, Status)]) -> TimeRange {
        let mut range = TimeRange::default();
        for (second, status) in events {
            range.note(at(*second), *status);
        }
        range
    }

    #[test]
    fn range_spans_first_processing_event_to_end() {
        use Status::{Completed, Pending, Processing};
        let range = noted(&[(1, Pending), (2, Processing), (5, Processing), (9, Completed)]);
        assert_eq!((range.began(), range.ended(), range.seconds()), (Some(at(2)), Some(at(9)), Some(7.0)));
    }

    #[test]
    fn new_run_resets_the_range() {
        use Status::{Completed, Failed, Pending, Processing};
        let first = [(2, Processing), (4, Failed)];
        assert_eq!(noted(&[&first[..], &[(5, Pending)]].concat()).seconds(), None);
        let second = noted(&[&first[..], &[(5, Pending), (6, Processing), (8, Completed), (2, Processing)]].concat());
        assert_eq!((second.began(), second.ended()), (Some(at(6)), Some(at(8))));
    }

    #[test]
    fn stored_times_complete_an_unobserved_run() {
        let mut range = noted(&[(9, Status::Completed)]);
        range.apply_stored_times(Some(at(2)), Some(at(9)));
        assert_eq!(range.seconds(), Some(7.0));
        range.note(at(10), Status::Processing);
        range.apply_stored_times(Some(at(2)), Some(at(9)));
        assert_eq!((range.began(), range.ended()), (Some(at(10)), None), "the stored times belong to the previous run");
    }

    #[test]
    fn stored_start_time_extends_a_run_observed_from_its_middle() {
        let mut range = noted(&[(301, Status::Processing)]);
        range.apply_stored_times(Some(at(100)), None);
        assert_eq!(range.began(), Some(at(100)));
        range.note(at(400), Status::Completed);
        range.apply_stored_times(Some(at(100)), Some(at(400)));
        assert_eq!(range.seconds(), Some(300.0));
    }

    fn any_status() -> impl Strategy<Value = Status> {
        proptest::sample::select(Status::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn applying_events_twice_changes_nothing(events in proptest::collection::vec((0..8_i64, any_status()), 1..10)) {
            let once = noted(&events);
            prop_assert_eq!(once, noted(&[&events[..], &events[..]].concat()));
        }
    }
}
