//! All jobs of an account: messages, snapshots and edits change them, and every change is sent on to who needs it.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tallylight_core::{
    JobId, Now, connection,
    edits::Edits,
    forecast::Forecast,
    library::{
        Authority, Change, DismissAction, Library, Observation, RunOutcome, Scope, record::Record,
        save_queue::SaveQueue,
    },
    model::job::Field,
    protocol::{Event, Rejected, RejectedKind, sample},
};

use super::{
    context::Context,
    message::{
        EditUpdate, EndedRun, FetchRequest, FetcherInput, JobsInput, Merge, NotificationsInput, PublisherInput,
        RecheckReason,
    },
};
use crate::command::MarkRead;

mod captions;
mod list_merge;
mod retention;
mod saving;
mod snoozing;

pub(super) use retention::load;

/// The jobs, what is learned from them, and which of them are not on disk.
pub(super) struct Jobs {
    pub(super) library: Library,
    pub(super) forecast: Forecast,
    unsaved: SaveQueue,
    /// The jobs that are being written to disk.
    saving: Vec<Arc<Record>>,
    /// When old jobs were last taken off the disk.
    pruned: Duration,
}

impl Jobs {
    pub(super) fn new(jobs: Vec<Record>, now: Duration) -> Self {
        let forecast = Forecast::of(jobs.iter().map(std::borrow::Cow::Borrowed));
        let library = Library::restore(jobs);
        Self { library, forecast, unsaved: SaveQueue::default(), saving: Vec::new(), pruned: now }
    }

    pub(super) fn handle(&mut self, input: JobsInput, edits: &Edits, context: &mut Context) {
        match input {
            JobsInput::Events(events, now) => self.apply(events, now, context),
            JobsInput::Merge(merge) => self.merge(merge, edits, context),
            JobsInput::List(update) => self.merge_list(*update, edits, context),
            JobsInput::ObserveDate(date) => self.observe(date, context.now()),
            JobsInput::Edited(job_ids) => {
                let changes = job_ids.into_iter().map(edited).collect();
                self.changed(changes, context.monotonic(), context);
            }
            JobsInput::SetDismissed(job_ids, action) => self.set_dismissed(&job_ids, action, context),
            JobsInput::Remove(job_id) => {
                let removed = self.library.remove(&job_id);
                self.changed(removed.into_iter().collect(), context.monotonic(), context);
            }
            JobsInput::Expect(job_id) => self.library.expect(&job_id),
            JobsInput::WatchUnfinished => {
                let mut unfinished: Vec<_> = self.library.unfinished().cloned().collect();
                unfinished.sort();
                context.send(connection::Input::Watch(unfinished));
            }
            JobsInput::RetrySaving => self.unsaved.retry_later(context.monotonic()),
            JobsInput::Prune => self.prune(edits, context),
        }
    }

    /// Returns when old jobs are due to be taken off the disk, or a snooze to be looked at. Saving has a deadline of its own.
    pub(super) fn deadline(&self, context: &Context) -> Duration {
        self.snooze_deadline(context).map_or(self.prune_at(), |due| due.min(self.prune_at()))
    }

    pub(super) fn tick(&mut self, now: Duration, edits: &Edits, context: &mut Context) {
        if now >= self.prune_at() {
            self.prune(edits, context);
        }
        self.end_snoozes(context);
    }

    /// Applies what an edit step says of the jobs, and returns the changes, and the confirmed jobs.
    pub(super) fn apply_edits(&mut self, updates: Vec<EditUpdate>, context: &Context) -> (Vec<Change>, Vec<JobId>) {
        let requested = self.library.server_time(context.now());
        let (mut changes, mut confirmed) = (Vec::new(), Vec::new());
        for update in updates {
            match update {
                EditUpdate::Confirm(edit) => {
                    confirmed.push(edit.job_id.clone());
                    changes.extend(self.library.confirm(*edit, requested));
                }
                EditUpdate::Merge(snapshot) => {
                    changes.extend(self.library.merge(*snapshot, requested, Authority::Ordered));
                }
            }
        }
        confirmed.sort();
        confirmed.dedup();
        (changes, confirmed)
    }

    /// Deletes every job, and returns which there were.
    pub(super) fn clear(&mut self) -> Vec<JobId> {
        let gone = self.library.summaries().map(|(job_id, _)| job_id.clone()).collect();
        self.library.clear();
        self.forecast = Forecast::default();
        gone
    }

    pub(super) fn observe(&mut self, date: Option<Timestamp>, now: Now) {
        if let Some(date) = date {
            self.library.server_clock.observe(date, now);
        }
    }

    fn apply(&mut self, events: Vec<Event>, now: Now, context: &mut Context) {
        let arrival = self.library.server_time(now);
        let mut changes = Vec::with_capacity(2 * events.len());
        for event in events {
            context.diagnostics.lost_fields(event.lost);
            if let Some(at) = event.at {
                let late = arrival.duration_since(at).as_millis();
                context.diagnostics.latency(i64::try_from(late).unwrap_or(i64::MAX));
            }
            if !self.library.can_hold(&event.job_id) {
                context.reject(too_many_jobs(&event));
                continue;
            }
            // A message without a timestamp is dated now, each later than the last.
            let now = if event.at.is_none() { context.now() } else { now };
            let of_event = self.library.apply(event, now);
            let is_outcome = of_event.iter().any(|change| matches!(change, Change::Ended(_)));
            changes.extend(of_event);
            if is_outcome {
                // Now: the next event may be that of another run.
                self.changed(std::mem::take(&mut changes), now.monotonic, context);
            }
        }
        self.changed(changes, now.monotonic, context);
    }

    fn merge(&mut self, merge: Merge, edits: &Edits, context: &mut Context) {
        let Merge { mut snapshot, date, requested, authority } = merge;
        self.observe(date, context.now());
        let job_id = snapshot.job_id.clone();
        let captions = (job_id.clone(), std::mem::take(&mut snapshot.captions));
        let has_transcript = snapshot.content(Field::Transcript).is_some();
        let changes = self.library.merge(*snapshot, self.library.server_time(requested), authority);
        self.changed(changes, context.monotonic(), context);
        // An answer without a transcript says nothing about its times.
        if has_transcript || !captions.1.is_empty() {
            self.save_captions(vec![captions], edits, context);
        }
        if self.library.summary(&job_id).is_some_and(|job| !job.status.is_final()) {
            context.send(connection::Input::Watch(vec![job_id]));
        }
    }

    fn set_dismissed(&mut self, job_ids: &[JobId], action: DismissAction, context: &mut Context) {
        let changes = job_ids.iter().filter_map(|job_id| self.library.set_dismissed(job_id, action)).collect();
        self.changed(changes, context.monotonic(), context);
        if action == DismissAction::Dismiss {
            context.send(NotificationsInput::MarkRead(MarkRead::Jobs(job_ids.to_vec())));
        }
    }

    /// Sends every change on. The time is that of the caller: in a flood, asking the clock would cost more than the change.
    pub(super) fn changed(&mut self, changes: Vec<Change>, now: Duration, context: &mut Context) {
        self.learn(&changes);
        let (mut shown, mut outcomes) = (Vec::with_capacity(changes.len()), Vec::new());
        for change in changes {
            match change {
                Change::Job(job_id, scope) => {
                    self.unsaved.mark(&job_id, now);
                    shown.push((job_id, scope));
                }
                Change::Removed(job_id) => {
                    context.store.forget(std::slice::from_ref(&job_id));
                    self.unsaved.remove(&job_id);
                    context.send(NotificationsInput::Forget(job_id.clone()));
                    context.send(connection::Input::Unwatch(job_id.clone()));
                    flush_shown(&mut shown, now, context);
                    context.send(PublisherInput::Removed(vec![job_id], now));
                }
                Change::Ended(outcome) => {
                    context.send(connection::Input::Unwatch(outcome.job_id.clone()));
                    // Messages carry no sizes or durations: the whole job is fetched once at its end.
                    if outcome.observation == Observation::Live {
                        context.send(FetcherInput::Fetch(FetchRequest::job(outcome.job_id.clone())));
                    }
                    outcomes.push(self.ended(outcome, context));
                }
                Change::Discovered(job_id) => {
                    context.send(connection::Input::Watch(vec![job_id.clone()]));
                    context.send(FetcherInput::Fetch(FetchRequest::job(job_id)));
                }
                Change::MissingDuration(job_id) => context.send(FetcherInput::Fetch(FetchRequest::job(job_id))),
                Change::NeedsRefetch(job_id) => context.send(FetcherInput::Fetch(FetchRequest::resolving(job_id))),
                Change::MayBeStale(job_id) => {
                    context.send(FetcherInput::Recheck(job_id, RecheckReason::MayBeOutdated));
                }
            }
        }
        flush_shown(&mut shown, now, context);
        if !outcomes.is_empty() {
            context.send(NotificationsInput::Outcomes(outcomes, now));
        }
    }

    /// Returns an outcome with what the history says of its job now.
    fn ended(&self, outcome: RunOutcome, context: &Context) -> EndedRun {
        let is_live = outcome.observation == Observation::Live;
        let job = is_live.then(|| self.library.job(&outcome.job_id)).flatten().filter(|job| !job.is_cancelled());
        EndedRun::new(outcome, job.as_deref(), context.now().wall, context.locale())
    }

    /// Learns how long stages take.
    fn learn(&mut self, changes: &[Change]) {
        let is_old = |change: &Change| matches!(change, Change::Ended(outcome) if outcome.observation == Observation::InitialList);
        if changes.iter().any(is_old) {
            // A list names old jobs in its own order: the forecast learns from the newest of all that are known.
            self.forecast = Forecast::of(self.library.jobs());
            return;
        }
        for change in changes {
            let job_id = match change {
                Change::Ended(outcome) => &outcome.job_id,
                Change::Job(job_id, _) if self.forecast.awaits(job_id) => job_id,
                Change::Job(..)
                | Change::Removed(_)
                | Change::Discovered(_)
                | Change::MissingDuration(_)
                | Change::NeedsRefetch(_)
                | Change::MayBeStale(_) => continue,
            };
            if let Some(job) = self.library.job(job_id) {
                self.forecast.learn(&job);
            }
        }
    }
}

/// Sends changed jobs to the publisher.
fn flush_shown(shown: &mut Vec<(JobId, Scope)>, now: Duration, context: &mut Context) {
    if !shown.is_empty() {
        context.send(PublisherInput::Changed(std::mem::take(shown), now));
    }
}

/// Returns the rejection of a message about one job too many.
fn too_many_jobs(event: &Event) -> Rejected {
    let reason = "there are too many jobs: this one is left out".to_owned();
    let sample = sample(event.job_id.as_str());
    Rejected { kind: RejectedKind::TooManyJobs, reason, sample, job_id: None }
}

/// Returns the change of a job that an edit or a draft makes.
pub(super) fn edited(job_id: JobId) -> Change {
    Change::Job(job_id, Scope::Increment)
}

#[cfg(test)]
mod tests;
