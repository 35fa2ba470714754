//! The history: what happened, on disk, and which entries are unread.

use std::time::Duration;

use tallylight_core::{
    JobId,
    library::{RunOutcome, record::Record},
    notifications::{self, OutcomeKey},
    settings::Automation,
    view::{Event, HistoryEntry},
};

use super::{Alerts, Context, EndedRun, automation_task::AutomationTask, publisher};
use crate::storage::HistoryRecord;

/// Entries of the history to mark as read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkRead {
    /// Every entry about some jobs.
    Jobs(Vec<JobId>),
    /// Every entry up to and with this one: later ones were not shown.
    UpTo(i64),
}

/// Entries that are not on disk yet.
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

impl Alerts {
    /// Queues entries, to be written within a frame: a write costs more than a hundred messages. What a crash prevents is
    /// found again by the next run, because the job was not written either.
    pub(super) fn queue_history(&mut self, runs: Vec<EndedRun>, context: &Context) {
        for EndedRun { outcome, entry } in runs {
            let key = OutcomeKey::from(&outcome);
            if let Some(entry) = entry.filter(|_| !context.store.has_recorded(&key)) {
                self.history.waiting.push(HistoryRecord { key, entry, tasks: tasks_of(&outcome, context) });
            }
        }
    }

    /// Writes the entries, each once, and queues their automations.
    pub(in crate::account) fn flush_history(&mut self, context: &mut Context) {
        if self.history.waiting.is_empty() {
            return;
        }
        let now = context.monotonic();
        self.history.due = now + context.shell.frame();
        let waiting = std::mem::take(&mut self.history.waiting);
        let new = context.store.record(waiting);
        if !new.is_empty() {
            self.automations.queue(new.into_iter().flat_map(|record| record.tasks), now);
            let status = self.status(context);
            context.publish(Event::News(status));
            // Once for all of them: the summary reads every job.
            context.send(publisher::Input::TraySoon);
        }
    }

    pub(super) fn mark_read(&mut self, read: &MarkRead, context: &mut Context) {
        let any = match read {
            // Each of them, and not only until one was unread.
            MarkRead::Jobs(jobs) => jobs.iter().filter(|job_id| context.store.mark_job_read(job_id)).count() > 0,
            MarkRead::UpTo(entry_id) => context.store.mark_read_up_to(*entry_id),
        };
        if any {
            self.publish_status(context);
        }
    }
}

/// Returns the entry about the end of a run.
pub(in crate::account) fn entry(outcome: &RunOutcome, job: &Record, context: &Context) -> HistoryEntry {
    HistoryEntry {
        entry_id: 0,
        at: context.now().wall,
        job_id: outcome.job_id.clone(),
        kind: notifications::kind(outcome.outcome),
        name: notifications::name(job, context.locale()),
        fault: notifications::fault(outcome.outcome, job),
        // What the user does not want notifications of is no unread entry.
        read: !context.settings.notifications.wants(outcome.outcome),
    }
}

/// Returns the automations that the settings have for an outcome.
fn tasks_of(outcome: &RunOutcome, context: &Context) -> Vec<AutomationTask> {
    let due = context.settings.automation.iter().filter(|automation| automation.is_due(outcome.outcome));
    let at = context.now().wall;
    let task =
        |automation: &Automation| AutomationTask::new(at, outcome.job_id.clone(), outcome.outcome, automation.clone());
    due.map(task).collect()
}
