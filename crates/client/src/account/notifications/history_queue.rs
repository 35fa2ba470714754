//! The history: what happened, on disk, and which entries are unread.

use std::time::Duration;

use tallylight_core::{library::RunOutcome, notifications::OutcomeKey, settings::Automation};
use tallylight_view::Event;

use super::Notifications;
use crate::{
    account::{
        context::Context,
        message::{AutomationsInput, EndedRun, PublisherInput},
    },
    command::MarkRead,
    storage::{AutomationTask, HistoryRecord},
};

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

impl Notifications {
    /// Queues entries, to be written within a frame: a write costs more than a hundred messages. What a crash prevents is
    /// found again by the next run, because the job was not written either.
    pub(super) fn queue_history(&mut self, runs: Vec<EndedRun>, context: &Context) {
        for EndedRun { outcome, entry } in runs {
            let key = OutcomeKey::from(&outcome);
            if let Some(mut entry) = entry.filter(|_| !context.store.has_recorded(&key)) {
                // What the user does not want notifications of is no unread entry.
                entry.read = !entry.kind.is_wanted(&context.settings.notifications);
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
            if context.shell.is_watched() {
                context.store.mark_seen();
            }
            let tasks: Vec<AutomationTask> = new.into_iter().flat_map(|record| record.tasks).collect();
            if !tasks.is_empty() {
                context.send(AutomationsInput::Queue(tasks));
            }
            let status = self.status(context);
            context.publish(Event::Notifications(status));
            // Once for all of them: the summary reads every job.
            context.send(PublisherInput::TraySoon);
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

/// Returns the automations that the settings have for an outcome.
fn tasks_of(outcome: &RunOutcome, context: &Context) -> Vec<AutomationTask> {
    let due = context.settings.automation.iter().filter(|automation| automation.is_due(outcome.outcome));
    let at = context.now().wall;
    let task =
        |automation: &Automation| AutomationTask::new(at, outcome.job_id.clone(), outcome.outcome, automation.clone());
    due.map(task).collect()
}
