//! When a stage, or a whole job, was worked on: as its messages tell, and not as a snapshot lets guess.

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{job::Status, unix_nanos::UnixNanos};

/// Is the time in which the newest run was worked on.
///
/// It is for the eye, and no register of the order rule: a word that comes after a newer one is too late for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct TimeRange {
    /// When the work was first heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    began: Option<UnixNanos>,
    /// When its end was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<UnixNanos>,
    /// The newest word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    newest: Option<UnixNanos>,
}

impl TimeRange {
    /// Returns when the work was first heard of.
    pub fn began(&self) -> Option<Timestamp> {
        self.began.map(Timestamp::from)
    }

    /// Returns when its end was told.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended.map(Timestamp::from)
    }

    /// Takes in what a message said, with its time.
    pub fn note(&mut self, at: Timestamp, status: Status) {
        let at = UnixNanos::from(at);
        if self.newest.is_some_and(|newest| at < newest) {
            return;
        }
        self.newest = Some(at);
        let is_over = self.ended.is_some_and(|ended| at > ended);
        match status {
            Status::Completed | Status::Failed => self.ended = Some(at),
            Status::Pending if is_over => (self.began, self.ended) = (None, None),
            Status::Pending => {}
            Status::Processing if is_over => (self.began, self.ended) = (Some(at), None),
            Status::Processing => self.began = self.began.or(Some(at)),
        }
    }

    /// Takes in what a backend that keeps such times says of a run, unless more is known of that run or a newer one.
    pub fn tell(&mut self, began: Option<Timestamp>, ended: Option<Timestamp>) {
        let (began, ended) = (began.map(UnixNanos::from), ended.map(UnixNanos::from));
        let newest = began.max(ended);
        // Whoever heard of a run in its middle learns when it began.
        let is_same_run =
            |held: UnixNanos| began.is_some_and(|began| began < held) && ended.is_none_or(|ended| ended >= held);
        if self.began.is_some_and(is_same_run) && ended >= self.ended {
            self.began = began;
        } else if newest.is_some() && (self.began.is_none() || self.newest < newest) {
            *self = Self { began, ended, newest: newest.max(self.newest) };
        }
    }

    /// Returns how long it took, in seconds, where both ends are known.
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

    fn noted(words: &[(i64, Status)]) -> TimeRange {
        let mut span = TimeRange::default();
        for (second, status) in words {
            span.note(at(*second), *status);
        }
        span
    }

    #[test]
    fn a_run_lasts_from_its_first_word_to_its_end() {
        use Status::{Completed, Pending, Processing};
        let span = noted(&[(1, Pending), (2, Processing), (5, Processing), (9, Completed)]);
        assert_eq!((span.began(), span.ended(), span.seconds()), (Some(at(2)), Some(at(9)), Some(7.0)));
    }

    #[test]
    fn a_run_anew_leaves_the_last_one_behind() {
        use Status::{Completed, Failed, Pending, Processing};
        let first = [(2, Processing), (4, Failed)];
        assert_eq!(noted(&[&first[..], &[(5, Pending)]].concat()).seconds(), None);
        let second = noted(&[&first[..], &[(5, Pending), (6, Processing), (8, Completed), (2, Processing)]].concat());
        assert_eq!((second.began(), second.ended()), (Some(at(6)), Some(at(8))));
    }

    #[test]
    fn a_backend_that_keeps_such_times_tells_of_what_nobody_watched() {
        let mut span = noted(&[(9, Status::Completed)]);
        span.tell(Some(at(2)), Some(at(9)));
        assert_eq!(span.seconds(), Some(7.0));
        span.note(at(10), Status::Processing);
        span.tell(Some(at(2)), Some(at(9)));
        assert_eq!((span.began(), span.ended()), (Some(at(10)), None), "that was the run before");
    }

    #[test]
    fn whoever_heard_of_a_run_in_its_middle_learns_when_it_began() {
        let mut span = noted(&[(301, Status::Processing)]);
        span.tell(Some(at(100)), None);
        assert_eq!(span.began(), Some(at(100)));
        span.note(at(400), Status::Completed);
        span.tell(Some(at(100)), Some(at(400)));
        assert_eq!(span.seconds(), Some(300.0));
    }

    fn any_status() -> impl Strategy<Value = Status> {
        proptest::sample::select(Status::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn saying_everything_twice_changes_nothing(words in proptest::collection::vec((0..8_i64, any_status()), 1..10)) {
            let once = noted(&words);
            prop_assert_eq!(once, noted(&[&words[..], &words[..]].concat()));
        }
    }
}
