//! What follows the end of a run: an entry of the history, and a notification.

use std::time::Duration;

use jiff::Timestamp;
use tallylight_core::{
    library::{Library, RunOutcome},
    notifications::{NotificationPreferences, NotificationScheduler, OutcomeKey},
};
use tallylight_view::{Event, NotificationStatus};

use super::{
    context::Context,
    message::{EndedRun, NotificationsInput, PublisherInput},
};

mod history_queue;
mod quiet_times;

use history_queue::HistoryQueue;
use quiet_times::PAUSED_UNTIL;

/// How long to wait before a shell that takes no notifications is asked again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// The history and the notifications.
pub(super) struct Notifications {
    scheduler: NotificationScheduler,
    history: HistoryQueue,
    /// Until when the user paused notifications.
    paused_until: Option<Timestamp>,
}

impl Notifications {
    pub(super) fn new(library: &Library, context: &Context) -> Self {
        let mut scheduler = NotificationScheduler::restore(context.store.delivered());
        scheduler.catch_up(library, context.monotonic());
        Self { scheduler, history: HistoryQueue::default(), paused_until: context.store.value(PAUSED_UNTIL) }
    }

    pub(super) fn handle(&mut self, input: NotificationsInput, context: &mut Context) {
        match input {
            NotificationsInput::Outcomes(runs, now) => self.ended(runs, now, context),
            NotificationsInput::Remind(outcomes, now) => self.remind(&outcomes, now, context),
            NotificationsInput::Forget(job_id) => self.scheduler.forget(&job_id),
            NotificationsInput::MarkRead(read) => self.mark_read(&read, context),
            NotificationsInput::Seen => {
                if context.store.mark_seen() {
                    context.send(PublisherInput::Tray);
                }
            }
            NotificationsInput::PreferencesChanged => self.scheduler.reschedule_now(context.monotonic()),
        }
    }

    pub(super) fn deadline(&self, context: &Context) -> Option<Duration> {
        let own = [self.scheduler.deadline(), self.history.deadline(), self.pause_deadline(context)];
        own.into_iter().flatten().min()
    }

    pub(super) fn tick(&mut self, now: Duration, library: &Library, context: &mut Context) {
        if self.scheduler.deadline().is_some_and(|due| now >= due) {
            self.notify(now, library, context);
        }
        self.end_pause(context);
        if self.history.deadline().is_some_and(|due| now >= due) {
            self.flush_history(context);
        }
    }

    /// Sends what waits, at the end of the program.
    pub(super) fn close(&mut self, library: &Library, context: &mut Context) {
        self.notify(Duration::MAX, library, context);
    }

    /// Forgets what waits: the jobs were deleted.
    pub(super) fn clear(&mut self) {
        self.scheduler.clear();
    }

    /// Returns until when the user paused notifications.
    pub(super) fn paused_until(&self) -> Option<Timestamp> {
        self.paused_until
    }

    /// Publishes what a window shows of notifications.
    pub(super) fn publish_status(&self, context: &mut Context) {
        let status = self.status(context);
        context.publish(Event::Notifications(status));
        context.send(PublisherInput::Tray);
    }

    /// Returns what a window shows of notifications.
    pub(super) fn status(&self, context: &Context) -> NotificationStatus {
        NotificationStatus { unread: context.store.unread(), paused_until: self.paused_until }
    }

    fn ended(&mut self, runs: Vec<EndedRun>, now: Duration, context: &mut Context) {
        let settled: Vec<_> = runs.iter().filter_map(|run| self.scheduler.ended(&run.outcome, now)).collect();
        context.store.mark_notified(&settled);
        self.queue_history(runs, context);
    }

    /// Notifies outcomes again. On disk first: what a crash prevents, the next run does.
    fn remind(&mut self, outcomes: &[RunOutcome], now: Duration, context: &mut Context) {
        let keys: Vec<OutcomeKey> = outcomes.iter().map(OutcomeKey::from).collect();
        context.store.forget_notified(&keys);
        for outcome in outcomes {
            self.scheduler.remind(outcome, now);
        }
    }

    /// Shows the notifications that are due.
    fn notify(&mut self, now: Duration, library: &Library, context: &mut Context) {
        if !context.shell.accepts_notifications() {
            return self.scheduler.postpone(context.monotonic() + RETRY_INTERVAL);
        }
        if self.hold_in_quiet_time(context) {
            return;
        }
        let preferences = NotificationPreferences { wanted: context.settings.notifications, locale: context.locale() };
        let due = self.scheduler.take_due(library, preferences, now);
        // On disk before it is shown: a crash in between loses a notification rather than repeating it.
        context.store.mark_notified(&due.delivered);
        for notification in due.notices {
            context.shell.notify(notification);
        }
    }
}

#[cfg(test)]
mod tests;
