//! What happened while nobody looked: a history on disk, with marks of what was not seen yet.

use std::time::Duration;

use tallylight_core::{
    JobId,
    library::{Observation, RunOutcome, record::Record},
    notifications::{self, OutcomeKey},
    view::{Event, HistoryEntry, NotificationStatus},
};

use super::runtime::Actor;
use crate::storage::HistoryRecord;

/// Names what a person has seen of what happened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkRead {
    /// Everything about some jobs.
    Jobs(Vec<JobId>),
    /// Everything up to an entry, and this: what came later was not shown.
    UpTo(i64),
}

/// Is what happened and was not kept yet.
#[derive(Debug, Default)]
pub(super) struct HistoryQueue {
    waiting: Vec<HistoryRecord>,
    due: Duration,
}

impl HistoryQueue {
    pub(super) fn deadline(&self) -> Option<Duration> {
        (!self.waiting.is_empty()).then_some(self.due)
    }
}

impl Actor {
    /// Takes in what happened, to be kept in this frame: a trip to the disk costs more than a hundred messages. Whatever a
    /// crash prevents happens again in the next run, because the job was not kept either.
    pub(super) fn queue_history(&mut self, outcomes: &[RunOutcome]) {
        for outcome in outcomes.iter().filter(|outcome| outcome.observation == Observation::Live) {
            let key = OutcomeKey::from(outcome);
            if self.store.has_recorded(&key) {
                continue;
            }
            if let Some(job) = self.library.job(&outcome.job_id) {
                let happening = HistoryRecord { key, entry: self.entry(outcome, &job), tasks: self.tasks(outcome) };
                self.history.waiting.push(happening);
            }
        }
    }

    /// Keeps what happened, each once, and does what is to be done then.
    pub(super) fn flush_history(&mut self) {
        if self.history.waiting.is_empty() {
            return;
        }
        self.history.due = self.now().monotonic + self.shell.frame();
        let waiting = std::mem::take(&mut self.history.waiting);
        let new = self.store.record(waiting);
        // Once for all of them: a glance looks at every job.
        if !new.is_empty() {
            self.queue_automations(new.into_iter().flat_map(|happening| happening.tasks));
            self.publish_notification_status();
            self.update_tray_soon();
        }
    }

    fn entry(&self, outcome: &RunOutcome, job: &Record) -> HistoryEntry {
        HistoryEntry {
            entry_id: 0,
            at: self.now().wall,
            job_id: outcome.job_id.clone(),
            kind: notifications::kind(outcome.outcome),
            name: notifications::name(job, self.locale()),
            fault: notifications::fault(outcome.outcome, job),
            // What a person does not want to be told of asks for nothing.
            read: !self.settings.notifications.wants(outcome.outcome),
        }
    }

    /// Marks what happened as seen.
    pub(super) fn mark_read(&mut self, read: &MarkRead) {
        let any = match read {
            // Each of them, and not only until one was new.
            MarkRead::Jobs(jobs) => jobs.iter().filter(|job_id| self.store.mark_job_read(job_id)).count() > 0,
            MarkRead::UpTo(entry_id) => self.store.mark_read_up_to(*entry_id),
        };
        if any {
            self.update_notification_status();
        }
    }

    pub(super) fn notification_status(&self) -> NotificationStatus {
        NotificationStatus { unread: self.store.unread(), paused_until: self.paused_until }
    }

    pub(super) fn update_notification_status(&mut self) {
        self.publish_notification_status();
        self.update_tray();
    }

    fn publish_notification_status(&mut self) {
        let notification_status = self.notification_status();
        self.tell(Event::News(notification_status));
    }
}
