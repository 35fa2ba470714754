//! A snoozed review: the failure and the warnings of a job need nobody until a time, or until something new happens.

use borsh::{BorshDeserialize, BorshSerialize};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Record;
use crate::model::{job::Status, unix_nanos::UnixNanos};

/// A snooze, and what was known of the job when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
pub struct RecordSnooze {
    /// The end, by the clock of this computer.
    until: UnixNanos,
    /// The run; another one ends the snooze.
    run: u32,
    /// The status; an outcome ends the snooze.
    status: Status,
    /// The latest timestamp; a later fault ends the snooze.
    seen: Option<UnixNanos>,
}

impl RecordSnooze {
    /// Returns the end, by the clock of this computer.
    pub(crate) fn until(self) -> UnixNanos {
        self.until
    }
}

impl Record {
    /// Snoozes the failure and the warnings until a time by the clock of this computer.
    pub(crate) fn snooze(&mut self, until: Timestamp) {
        let seen = self.latest_timestamp();
        self.snoozed = Some(RecordSnooze { until: until.into(), run: self.run, status: self.overall.status(), seen });
    }

    /// Returns until when the failure and the warnings are snoozed; none if they are not, or if something new happened.
    pub fn snoozed_until(&self) -> Option<Timestamp> {
        let RecordSnooze { until, run, status, seen } = self.snoozed?;
        let is_outcome = self.overall.status().is_final() && self.overall.status() != status;
        let is_new = |at: UnixNanos| seen.is_none_or(|seen| at > seen);
        let mut later = self.faults.iter().filter(|fault| is_new(fault.at));
        let has_later_fault = later.any(|fault| !fault.recoverable || self.needs_review(fault));
        (run == self.run && !is_outcome && !has_later_fault).then(|| until.into())
    }

    /// Returns the latest timestamp of anything that is known of the job.
    pub(crate) fn latest_timestamp(&self) -> Option<UnixNanos> {
        self.updated_at.max(self.faults.iter().map(|fault| fault.at).max())
    }
}
