//! What follows the end of a run: an entry of the history, a notification, and the automations of the settings.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use tallylight_core::{
    JobId,
    edits::Edits,
    library::{Library as Jobs, RunOutcome},
    notifications::{NotificationPreferences, NotificationScheduler},
    view::{Event, HistoryEntry, NotificationStatus},
};

use super::{context::Context, library::Library, publisher};
use crate::{handle::Reply, platform::keychain::TokenStore};

pub(crate) mod automation_task;
mod automations;
mod history;
mod quiet;

use automation_task::TaskOutcome;
use automations::Automations;
use history::HistoryQueue;
pub use history::MarkRead;
pub(super) use history::entry;
pub(super) use quiet::PAUSED_UNTIL;
pub use quiet::Pause;

/// How long to wait before a shell that takes no notifications is asked again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// What the alerts handle.
pub(super) enum Input {
    /// Runs ended, or something went wrong in them.
    Outcomes(Vec<EndedRun>, Duration),
    /// A job was removed.
    Forget(JobId),
    /// All that is known of this job was fetched: its automations need not wait any longer.
    RunAutomations(JobId),
    /// An automation ended.
    AutomationDone(String, TaskOutcome),
    MarkRead(MarkRead),
    /// The preferences changed: what waits is decided anew.
    PreferencesChanged,
    SetWebhookSecret(SecretString, Reply<()>),
}

/// The outcome of a run, with what the history says of its job at that time. A retry may follow in the same batch.
pub(super) struct EndedRun {
    pub(super) outcome: RunOutcome,
    /// None where the job was not watched, or is gone.
    pub(super) entry: Option<HistoryEntry>,
}

/// Notifications, history and automations.
pub(super) struct Alerts {
    scheduler: NotificationScheduler,
    automations: Automations,
    history: HistoryQueue,
    /// Until when the user paused notifications.
    paused_until: Option<Timestamp>,
}

/// What the alerts read of the jobs.
pub(super) struct JobsView<'a> {
    pub(super) library: &'a Library,
    pub(super) edits: &'a Edits,
    /// Whether the list was fetched in this run.
    pub(super) is_synced: bool,
}

impl Alerts {
    pub(super) fn new(webhook_secret: TokenStore, jobs: &Jobs, context: &Context) -> Self {
        let now = context.monotonic();
        let mut scheduler = NotificationScheduler::restore(context.store.delivered());
        scheduler.catch_up(jobs, now);
        Self {
            scheduler,
            automations: Automations::new(webhook_secret, context.store.tasks(), now),
            history: HistoryQueue::default(),
            paused_until: context.store.setting(PAUSED_UNTIL),
        }
    }

    pub(super) fn handle(&mut self, input: Input, jobs: &JobsView<'_>, context: &mut Context) {
        match input {
            Input::Outcomes(outcomes, now) => self.ended(outcomes, now, context),
            Input::Forget(job_id) => self.scheduler.forget(&job_id),
            Input::RunAutomations(job_id) => self.automations.run_of(&job_id, jobs, context),
            Input::AutomationDone(id, outcome) => self.automations.done(&id, outcome, context),
            Input::MarkRead(read) => self.mark_read(&read, context),
            Input::PreferencesChanged => self.scheduler.reschedule_now(context.monotonic()),
            Input::SetWebhookSecret(secret, reply) => self.automations.set_secret(secret, reply, context),
        }
    }

    pub(super) fn deadline(&self, context: &Context) -> Option<Duration> {
        let quiet = self.pause_deadline(context);
        let own = [self.scheduler.deadline(), self.automations.deadline(), self.history.deadline(), quiet];
        own.into_iter().flatten().min()
    }

    pub(super) fn tick(&mut self, now: Duration, jobs: &JobsView<'_>, context: &mut Context) {
        if self.scheduler.deadline().is_some_and(|due| now >= due) {
            self.notify(now, &jobs.library.jobs, context);
        }
        self.automations.run_due(now, jobs, context);
        self.end_pause(context);
        if self.history.deadline().is_some_and(|due| now >= due) {
            self.flush_history(context);
        }
    }

    /// Sends what waits, and stops the automations, at the end of the program.
    pub(super) fn close(&mut self, jobs: &Jobs, context: &mut Context) {
        self.notify(Duration::MAX, jobs, context);
        self.automations.stop();
    }

    /// Deletes everything about jobs.
    pub(super) fn clear(&mut self) {
        self.scheduler.clear();
        self.automations.clear();
    }

    /// Returns what a window shows of notifications.
    pub(super) fn status(&self, context: &Context) -> NotificationStatus {
        NotificationStatus { unread: context.store.unread(), paused_until: self.paused_until }
    }

    /// Publishes what a window shows of notifications.
    pub(super) fn publish_status(&self, context: &mut Context) {
        let status = self.status(context);
        context.publish(Event::News(status));
        context.send(publisher::Input::Tray);
    }

    fn ended(&mut self, runs: Vec<EndedRun>, now: Duration, context: &mut Context) {
        let settled: Vec<_> = runs.iter().filter_map(|run| self.scheduler.ended(&run.outcome, now)).collect();
        context.store.deliver(&settled);
        self.queue_history(runs, context);
    }

    /// Shows the notifications that are due.
    fn notify(&mut self, now: Duration, jobs: &Jobs, context: &mut Context) {
        if !context.shell.accepts_notifications() {
            let now = context.monotonic();
            return self.scheduler.postpone(now, now + RETRY_INTERVAL);
        }
        if let Some(until) = self.quiet_until(context) {
            return self.scheduler.hold(context.monotonic(), until);
        }
        let preferences = NotificationPreferences { wanted: context.settings.notifications, locale: context.locale() };
        let due = self.scheduler.take_due(jobs, preferences, now);
        // On disk before it is shown: a crash in between loses a notification rather than repeating it.
        context.store.deliver(&due.delivered);
        for notification in due.notices {
            context.shell.notify(notification);
        }
    }
}
