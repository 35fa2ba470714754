//! What the shell is sent: at once while it keeps up, and merged to one event of each kind while it does not.

use std::time::Duration;

use jiff::Timestamp;
use tallylight_core::{
    JobId,
    auth::Session,
    connection::Connection,
    diagnostics::Reporting,
    library::{
        Scope,
        ui_batcher::{Batch, UiBatcher},
    },
    protocol::Rejected,
};
use tallylight_view::{Event, JobChange, RejectedView, StorageView};

use super::{context::Context, known_jobs::KnownJobs, message::PublisherInput};

mod held_events;
mod tray_summary;

use held_events::HeldEvents;
use tray_summary::TraySummary;

/// How often a shell that does not keep up is asked again.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// What the publisher reads of the components.
pub(super) struct Sources<'a> {
    pub(super) jobs: KnownJobs<'a>,
    pub(super) connection: &'a Connection,
    pub(super) session: &'a Session,
    /// Until when the user paused notifications.
    pub(super) paused_until: Option<Timestamp>,
}

/// What was not sent yet, and what was sent last.
pub(super) struct Publisher {
    batcher: UiBatcher,
    held: HeldEvents,
    tray: TraySummary,
    /// The state of the disk that was sent last.
    storage: StorageView,
    /// When a shell that does not keep up is asked again.
    retry_at: Option<Duration>,
}

impl Publisher {
    pub(super) fn new(frame: Duration) -> Self {
        Self {
            batcher: UiBatcher::new(frame),
            held: HeldEvents::default(),
            tray: TraySummary::default(),
            storage: StorageView::default(),
            retry_at: None,
        }
    }

    pub(super) fn handle(&mut self, input: PublisherInput, sources: &Sources<'_>, context: &mut Context) {
        match input {
            PublisherInput::Event(event) => self.emit(*event, context),
            PublisherInput::Rejected(rejected) => self.rejected(rejected, sources, context),
            PublisherInput::Changed(changes, now) => {
                for (job_id, scope) in changes {
                    self.batcher.mark(job_id, scope, now);
                }
            }
            PublisherInput::Removed(gone, now) => {
                for job_id in gone {
                    self.batcher.mark_removed(job_id, now);
                }
            }
            PublisherInput::ForgetMessages => self.held.forget_messages(),
            PublisherInput::Flush => self.flush(&sources.jobs, context),
            PublisherInput::Tray => self.tray.show(sources, context),
            PublisherInput::TraySoon => self.tray.show_soon(sources, context),
        }
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        [self.batcher.deadline(), self.retry_at, self.tray.deadline()].into_iter().flatten().min()
    }

    pub(super) fn tick(&mut self, now: Duration, sources: &Sources<'_>, context: &mut Context) {
        if self.retry_at.is_some_and(|due| now >= due) {
            self.release(context);
        }
        if self.batcher.is_due(now) {
            self.flush(&sources.jobs, context);
        }
        if self.tray.deadline().is_some_and(|due| now >= due) {
            self.tray.show(sources, context);
        }
    }

    /// Sends the state of the disk, where it changed.
    pub(super) fn show_storage(&mut self, context: &mut Context) {
        if self.storage != *context.store.view() {
            self.storage = context.store.view().clone();
            self.emit(Event::Storage(self.storage.clone()), context);
        }
    }

    /// Sends what changed.
    fn flush(&mut self, jobs: &KnownJobs<'_>, context: &mut Context) {
        let now = context.monotonic();
        if !self.shell_keeps_up(context) {
            context.diagnostics.count().held_batches += 1;
            self.batcher.hold(self.retry_at);
            return context.send(PublisherInput::TraySoon);
        }
        let Batch { changed, removed } = self.batcher.batch(now);
        let view = |(job_id, scope): (JobId, Scope)| {
            let job = jobs.library.job(&job_id)?;
            Some(JobChange { job: jobs.shell_view(&job, context), scope })
        };
        let changed: Vec<JobChange> = changed.into_iter().filter_map(view).collect();
        if !changed.is_empty() || !removed.is_empty() {
            context.shell.emit(Event::Jobs { changed, removed });
            context.send(PublisherInput::TraySoon);
        }
    }

    fn emit(&mut self, event: Event, context: &mut Context) {
        if self.shell_keeps_up(context) {
            context.shell.emit(event);
        } else {
            self.held.hold(event);
        }
    }

    /// Returns whether the shell may be sent something now. Otherwise it is asked again soon.
    fn shell_keeps_up(&mut self, context: &Context) -> bool {
        let ready = self.retry_at.is_none() && context.shell.is_ready();
        if !ready {
            self.retry_at.get_or_insert(context.monotonic() + RETRY_INTERVAL);
        }
        ready
    }

    /// Sends what was held, if the shell keeps up again.
    fn release(&mut self, context: &Context) {
        if context.shell.is_ready() {
            self.retry_at = None;
            self.held.take().for_each(|event| context.shell.emit(event));
        } else {
            self.retry_at = Some(context.monotonic() + RETRY_INTERVAL);
        }
    }

    /// Counts a message that could not be read, and sends it as far as the diagnostics want it sent.
    fn rejected(&mut self, rejected: Rejected, sources: &Sources<'_>, context: &mut Context) {
        let Rejected { kind, reason, sample, .. } = rejected;
        let [reason, sample] = [reason, sample].map(|text| sources.session.without_tokens(&text));
        let rejected = Rejected { kind, reason, sample, job_id: None };
        if context.diagnostics.rejected(context.now().wall, &rejected) == Reporting::CountOnly {
            return;
        }
        let Rejected { kind, reason, sample, .. } = rejected;
        tracing::warn!(?kind, "a message was skipped");
        tracing::debug!(reason, sample, "the skipped message");
        self.emit(Event::Rejected(RejectedView { reason, sample }), context);
    }
}

#[cfg(test)]
mod tests;
