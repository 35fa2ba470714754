//! What becomes of a change: a batch for the window, a row on disk, a notification.

use std::{sync::Arc, time::Duration};

use super::{
    fetcher::{Call, Urgency},
    history::MarkRead,
    runtime::{Actor, TaskEvent},
};
use crate::storage::{Saved, Store};
use jiff::SignedDuration;
use tallylight_core::{
    JobId, Now, connection,
    forecast::Forecast,
    library::{Change, DismissAction, Observation, RunOutcome, pending_changes::Batch, record::Record},
    view::{Event, JobChange},
};

/// How often a shell that takes no notifications is asked whether it does.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Returns the jobs that the disk kept, without those that need not be kept any longer.
pub(super) fn kept_jobs(store: &mut Store, now: Now, days: u16) -> Vec<Record> {
    keep_for(store, now, days);
    let worded = store.jobs_with_edits();
    store.jobs(&worded)
}

/// Keeps finished jobs for so many days after they last changed.
pub(super) fn keep_for(store: &mut Store, now: Now, days: u16) {
    if let Ok(from) = now.wall.checked_sub(SignedDuration::from_hours(24 * i64::from(days))) {
        store.keep_from(from);
    }
}

impl Actor {
    pub(super) fn changed(&mut self, changes: Vec<Change>) {
        self.changed_at(self.clock.monotonic(), changes);
    }

    /// As [`Self::changed`], where it is known what the time is: in a flood, asking would cost more than the changes.
    pub(super) fn changed_at(&mut self, now: Duration, changes: Vec<Change>) {
        self.learn(&changes);
        let (mut settled, mut queue_history) = (Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Job(job_id, scope) => self.pending_changes.mark(job_id, scope, now),
                Change::Removed(job_id) => {
                    self.store.forget(std::slice::from_ref(&job_id));
                    self.notifications.forget(&job_id);
                    self.connection_input(connection::Input::Unwatch(job_id.clone()));
                    self.pending_changes.mark_removed(job_id, now);
                }
                Change::Warned(outcome) => {
                    settled.extend(self.notifications.ended(&outcome, now));
                    queue_history.push(outcome);
                }
                Change::Ended(outcome) => {
                    self.connection_input(connection::Input::Unwatch(outcome.job_id.clone()));
                    settled.extend(self.notifications.ended(&outcome, now));
                    // Messages carry no sizes or durations: the whole job is worth one look at its end.
                    if outcome.observation == Observation::Live {
                        self.call(Call::job(outcome.job_id.clone()));
                    }
                    queue_history.push(outcome);
                }
                Change::Discovered(job_id) => {
                    self.connection_input(connection::Input::Watch(vec![job_id.clone()]));
                    self.call(Call::job(job_id));
                }
                Change::Unmeasured(job_id) => self.call(Call::job(job_id)),
                Change::NeedsRefetch(job_id) => self.call(Call::deciding(job_id)),
                Change::MayBeStale(job_id) => self.recheck(job_id, Urgency::Stale),
            }
        }
        self.store.deliver(&settled);
        self.queue_history(&queue_history);
    }

    /// Learns how long stages take.
    fn learn(&mut self, changes: &[Change]) {
        let is_old = |outcome: &RunOutcome| outcome.observation == Observation::InitialList;
        if changes.iter().any(|change| matches!(change, Change::Ended(outcome) if is_old(outcome))) {
            // A list tells of old jobs in its own order: the newest of all that are known are learned from.
            self.forecast = Forecast::of(self.library.jobs());
            return;
        }
        for change in changes {
            match change {
                Change::Ended(outcome) => {
                    if let Some(job) = self.library.job(&outcome.job_id) {
                        self.forecast.learn(&job);
                    }
                }
                Change::Job(job_id, _) if self.forecast.awaits(job_id) => {
                    if let Some(job) = self.library.job(job_id) {
                        self.forecast.learn(&job);
                    }
                }
                Change::Job(..)
                | Change::Removed(_)
                | Change::Discovered(_)
                | Change::Unmeasured(_)
                | Change::NeedsRefetch(_)
                | Change::MayBeStale(_)
                | Change::Warned(_) => {}
            }
        }
    }

    /// Puts the trouble of jobs aside, or takes it up again.
    pub(super) fn set_dismissed(&mut self, job_ids: &[JobId], trouble: DismissAction) {
        let changes = job_ids.iter().filter_map(|job_id| self.library.set_dismissed(job_id, trouble)).collect();
        self.changed(changes);
        if trouble == DismissAction::Dismiss {
            self.mark_read(&MarkRead::Jobs(job_ids.to_vec()));
        }
    }

    /// Tells the person what ended.
    pub(super) fn deliver_notifications(&mut self, now: Duration) {
        if !self.shell.accepts_notifications() {
            let now = self.now().monotonic;
            return self.notifications.postpone(now, now + RETRY_INTERVAL);
        }
        if let Some(until) = self.quiet() {
            return self.notifications.hold(self.now().monotonic, until);
        }
        let due = self.notifications.take_due(&self.library, self.notification_preferences(), now);
        // On disk before it is told: a crash in between costs a notification rather than doubling it.
        self.store.deliver(&due.delivered);
        for notice in due.notices {
            self.shell.notify(notice);
        }
    }

    /// Shows what changed.
    pub(super) fn flush(&mut self) {
        let now = self.now().monotonic;
        if !self.shell_keeps_up() {
            self.diagnostics.count().held_batches += 1;
            self.pending_changes.hold(self.outbox.deadline());
            return self.update_tray_soon();
        }
        let Batch { changed, removed } = self.pending_changes.batch(now);
        let changed: Vec<JobChange> = changed
            .into_iter()
            .filter_map(|(job_id, scope)| Some(JobChange { job: self.shell_view(&*self.library.job(&job_id)?), scope }))
            .collect();
        if !changed.is_empty() || !removed.is_empty() {
            self.shell.emit(Event::Jobs { changed, removed });
            self.update_tray_soon();
        }
    }

    /// Writes everything that changed to disk, and waits for that. What the disk does not take stays in memory, and is tried
    /// again.
    pub(super) fn save_all(&mut self) {
        // First: of a job that the next run knows to have ended, it is not told again.
        self.flush_history();
        // Those under way, too: nobody may be left to hear that they failed.
        for job in std::mem::take(&mut self.saving) {
            self.pending_changes.mark_unsaved(job.job_id.clone());
        }
        let job_ids = self.pending_changes.all_to_save();
        // Unpacked one by one, and written together: the next run must not know a part of a list for the whole.
        let jobs = job_ids.iter().filter_map(|job_id| self.library.job(job_id));
        let saved = self.store.save(jobs, |job_id| self.edits.has(job_id));
        if self.has_saved(saved, job_ids.iter()) {
            for job_id in &job_ids {
                self.evict_transcript(job_id);
            }
        }
    }

    /// Writes what changed to disk, some jobs at a time and on another thread: messages are heard meanwhile.
    pub(super) fn save(&mut self) {
        self.flush_history();
        let job_ids = self.pending_changes.to_save();
        let mut jobs = self.shared(&job_ids);
        jobs.retain(|job| self.is_kept(job));
        let write = self.store.save_in_background(jobs.clone());
        self.saving = jobs;
        let (written, task_events) = (tokio::task::spawn_blocking(write), self.task_events.clone());
        tokio::spawn(async move {
            let saved = written.await.unwrap_or_else(|_| Saved::broken_off());
            drop(task_events.send(TaskEvent::Saved(saved)).await);
        });
    }

    pub(super) fn saved(&mut self, saved: Saved) {
        let now = self.now().monotonic;
        self.pending_changes.saved(now);
        let (jobs, saved) = (std::mem::take(&mut self.saving), self.store.saved(saved));
        if !self.has_saved(saved, jobs.iter().map(|job| &job.job_id)) {
            return;
        }
        for job in jobs.into_iter().filter(|job| job.transcript().is_some()) {
            // What changed since is not what the disk has.
            if self.library.shared(&job.job_id).is_some_and(|held| Arc::ptr_eq(&held, &job) || held == job) {
                let job_id = job.job_id.clone();
                // No copy of it is to be made.
                drop(job);
                self.evict_transcript(&job_id);
            }
        }
    }

    fn shared(&self, job_ids: &[JobId]) -> Vec<Arc<Record>> {
        job_ids.iter().filter_map(|job_id| self.library.shared(job_id)).collect()
    }

    /// Tells whether the disk has jobs, and everything else that waits for it. What it does not have is tried again.
    fn has_saved<'a>(&mut self, saved: bool, job_ids: impl Iterator<Item = &'a JobId>) -> bool {
        if saved && self.save_edits() {
            return true;
        }
        for job_id in job_ids {
            self.pending_changes.mark_unsaved(job_id.clone());
        }
        self.save_soon();
        false
    }

    /// Leaves the long texts of a job to the disk, which has them, unless it does not keep them.
    fn evict_transcript(&mut self, job_id: &JobId) {
        if self.library.job(job_id).is_some_and(|job| job.transcript().is_some() && self.is_kept(&job)) {
            self.library.evict_transcript(job_id);
        }
    }

    /// Takes the words of videos back into memory, before the disk forgets them.
    pub(super) fn restore_transcript(&mut self, job_ids: &[JobId]) {
        for job_id in job_ids {
            if let Some(text) = self.store.transcript(job_id) {
                self.library.restore_transcript(job_id, text);
            }
        }
    }

    /// Tells whether the disk keeps a job: those with unsaved words are kept always.
    pub(super) fn is_kept(&self, job: &Record) -> bool {
        !self.store.is_over(job) || self.edits.has(&job.job_id)
    }

    /// Tries the disk again later.
    pub(super) fn save_soon(&mut self) {
        let now = self.now().monotonic;
        self.pending_changes.save_later(now);
    }

    /// Forgets every job and everything about them, here and on disk: somebody leaves.
    pub(super) fn forget_jobs(&mut self) {
        let gone: Vec<JobId> = self.library.summaries().map(|(job_id, _)| job_id.clone()).collect();
        self.library.clear();
        self.forecast = Forecast::default();
        self.notifications.clear();
        self.automations.forget();
        self.diagnostics.forget_messages();
        self.outbox.forget_messages();
        self.store.clear();
        self.update_notification_status();
        self.show_removed(gone);
    }

    /// Shows that jobs are gone.
    pub(super) fn show_removed(&mut self, gone: Vec<JobId>) {
        let now = self.now().monotonic;
        self.pending_changes.forget_saving();
        for job_id in gone {
            self.pending_changes.mark_removed(job_id, now);
        }
        self.flush();
    }
}
