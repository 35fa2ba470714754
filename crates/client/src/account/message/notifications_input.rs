//! The messages of notifications and the history.

use std::time::Duration;

use jiff::Timestamp;
use tallylight_core::{
    JobId,
    library::{RunOutcome, record::Record},
    locale::Locale,
    notifications::{self, HistoryEntry},
};

use crate::command::MarkRead;

/// What the notifications handle.
pub(in crate::account) enum NotificationsInput {
    /// Runs ended.
    Outcomes(Vec<EndedRun>, Duration),
    /// The snoozes of the reviews of these outcomes are over.
    Remind(Vec<RunOutcome>, Duration),
    /// A job was removed.
    Forget(JobId),
    MarkRead(MarkRead),
    /// The user looks at the window.
    Seen,
    /// The preferences changed: what waits is decided anew.
    PreferencesChanged,
}

/// The outcome of a run, with what the history says of its job at that time. A retry may follow in the same batch.
pub(in crate::account) struct EndedRun {
    pub(in crate::account) outcome: RunOutcome,
    /// None where the job was not watched, or is gone.
    pub(in crate::account) entry: Option<HistoryEntry>,
}

impl EndedRun {
    /// Describes the job of an outcome as it is now, if the history is to have an entry about it.
    pub(in crate::account) fn new(outcome: RunOutcome, job: Option<&Record>, at: Timestamp, locale: Locale) -> Self {
        let entry = job.map(|job| HistoryEntry {
            entry_id: 0,
            at,
            job_id: outcome.job_id.clone(),
            kind: notifications::kind(outcome.outcome, job),
            name: notifications::name(job, locale),
            fault: notifications::fault(outcome.outcome, job),
            read: false,
        });
        Self { outcome, entry }
    }
}
