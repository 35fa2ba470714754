//! The loop of an account: it takes commands, results of background tasks and deadlines one after the other, and routes
//! messages between the components through one queue. It owns nothing but the components.

use std::time::Duration;

use tallylight_core::{JobId, protocol::snapshot::Caption};
use tokio::{sync::mpsc, time::Instant};

use super::{
    auth::Auth,
    automations::Automations,
    backend::Backend,
    connection::Connection,
    context::Context,
    errors::no_job,
    fetcher::Fetcher,
    job_actions::JobActions,
    jobs::Jobs,
    known_jobs::KnownJobs,
    message::{AutomationsInput, ListUpdate, Message, OutboxInput, PublisherInput, WaitingCommand},
    notifications::Notifications,
    outbox::Outbox,
    publisher::{Publisher, Sources},
    templates::Templates,
    uploads::Uploads,
};
use crate::{command::Command, platform::crash_marker::CrashMarker, settings::SettingsReceiver, storage::Saved};

mod command_routes;
mod edit_step;
mod queries;
mod settings_change;
mod startup;
mod thumbnails;

pub use startup::start;

/// The most messages of background tasks that may wait. A full queue slows down the sockets and requests that fill it.
const MESSAGE_QUEUE: usize = 1024;
/// How long the end of the program waits for the keychain and the backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The components of an account.
pub(super) struct Runtime {
    context: Context,
    backend: Backend,
    auth: Auth,
    connection: Connection,
    fetcher: Fetcher,
    job_actions: JobActions,
    jobs: Jobs,
    outbox: Outbox,
    uploads: Uploads,
    templates: Templates,
    notifications: Notifications,
    automations: Automations,
    publisher: Publisher,
    /// Where the settings come from.
    settings: SettingsReceiver,
    /// Records for the next start whether this run ended normally.
    crash_marker: CrashMarker,
}

impl Runtime {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>, mut incoming: mpsc::Receiver<Message>) {
        let mut clock = self.context.clock.clone();
        self.context.send(PublisherInput::Tray);
        self.drain();
        loop {
            let deadline = self.deadline();
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(Command::Shutdown(reply)) => {
                        self.end(incoming).await;
                        let _ = reply.send(Ok(()));
                        return;
                    }
                    Some(command) => {
                        // The command may follow a change of the settings.
                        if self.settings.has_changed().unwrap_or(false) {
                            self.receive_settings();
                        }
                        self.notifications.flush_history(&mut self.context);
                        self.command(command);
                    }
                    None => return self.end(incoming).await,
                },
                Some(message) = incoming.recv() => {
                    if !message.is_of_socket() {
                        self.notifications.flush_history(&mut self.context);
                    }
                    self.context.send(message);
                }
                Ok(()) = self.settings.changed() => self.receive_settings(),
                () = sleep_until(deadline) => {}
                () = clock.moved() => {}
            }
            self.drain();
            self.tick();
        }
    }

    /// Routes every message of the queue, and those that they cause, in the order in which they were caused. Commands are
    /// answered after that.
    fn drain(&mut self) {
        while let Some(message) = self.context.queue.pop_front() {
            self.route(message);
        }
        // A first list causes a message for each of its jobs.
        self.context.queue.shrink_to(MESSAGE_QUEUE);
        for reply in std::mem::take(&mut self.context.replies) {
            reply();
        }
    }

    fn route(&mut self, message: Message) {
        let context = &mut self.context;
        match message {
            Message::Auth(input) => self.auth.handle(input, context),
            Message::Backend(input) => self.backend.handle(input, context),
            Message::Connection(input) => self.connection.handle(input, context),
            Message::Fetcher(input) => {
                self.fetcher.handle(input, &self.jobs.library, &self.outbox.edits, context);
            }
            Message::JobActions(input) => {
                self.job_actions.handle(input, &self.jobs.library, &self.outbox.edits, context);
            }
            Message::Jobs(input) => self.jobs.handle(input, &self.outbox.edits, context),
            Message::Outbox(input) => self.handle_edits(input),
            Message::Uploads(input) => self.uploads.handle(input, &self.jobs.library, context),
            Message::Templates(input) => self.templates.handle(input, context),
            Message::Notifications(input) => self.notifications.handle(input, context),
            Message::Automations(input) => {
                let jobs = known_jobs(&self.jobs, &self.outbox, &self.fetcher);
                self.automations.handle(input, &jobs, context);
            }
            Message::Publisher(input) => self.publish(input),
            Message::Saved(saved) => self.saved(saved),
            Message::SaveAll => self.save_all(),
            Message::ReplaceJobs(update) => self.replace_jobs(*update),
            Message::JobFetched(job_id, commands, captions) => self.job_fetched(&job_id, commands, &captions),
            Message::ForgetJobs => self.forget_jobs(),
            Message::SettingsChanged(settings) => self.apply_settings(*settings),
        }
    }

    fn publish(&mut self, input: PublisherInput) {
        let (publisher, sources, context) = self.publishing();
        publisher.handle(input, &sources, context);
    }

    /// Returns the publisher, and what it reads.
    fn publishing(&mut self) -> (&mut Publisher, Sources<'_>, &mut Context) {
        let sources = Sources {
            jobs: known_jobs(&self.jobs, &self.outbox, &self.fetcher),
            connection: self.connection.machine(),
            session: self.auth.session(),
            paused_until: self.notifications.paused_until(),
        };
        (&mut self.publisher, sources, &mut self.context)
    }

    /// Performs what is due.
    fn tick(&mut self) {
        let now = self.context.monotonic();
        let context = &mut self.context;
        self.auth.tick(now, context);
        self.connection.tick(now, context);
        self.fetcher.tick(now, context);
        self.outbox.tick(now, context);
        self.uploads.tick(now, context);
        self.notifications.tick(now, &self.jobs.library, context);
        self.automations.tick(now, &known_jobs(&self.jobs, &self.outbox, &self.fetcher), context);
        self.jobs.tick(now, &self.outbox.edits, context);
        if self.jobs.save_deadline().is_some_and(|due| now >= due) {
            // First: the end of a job that the next run finds on disk is not reported again.
            self.notifications.flush_history(context);
            self.jobs.save(&self.outbox.edits, context);
        }
        self.drain();
        let (publisher, sources, context) = self.publishing();
        publisher.tick(now, &sources, context);
        self.drain();
        self.publisher.show_storage(&mut self.context);
    }

    fn deadline(&self) -> Option<Instant> {
        let context = &self.context;
        let deadlines = [
            self.auth.deadline(),
            self.connection.deadline(context),
            self.fetcher.deadline(),
            self.outbox.deadline(),
            self.uploads.deadline(),
            self.notifications.deadline(context),
            self.automations.deadline(),
            Some(self.jobs.deadline(context)),
            self.jobs.save_deadline(),
            self.publisher.deadline(),
        ];
        deadlines.into_iter().flatten().min().map(|due| context.clock.instant(due))
    }

    /// Ends a write of jobs, and writes edits and uploads that the disk did not take before. What was not written is tried again later.
    fn saved(&mut self, saved: Saved) {
        let context = &mut self.context;
        let jobs = self.jobs.end_saving(context);
        if context.store.saved(saved) && self.outbox.save(context) && self.uploads.save(context) {
            self.jobs.evict_saved(jobs, &self.outbox.edits, context);
        } else {
            self.jobs.retry_saving(jobs.iter().map(|job| job.job_id.clone()), context);
        }
    }

    /// Writes everything that changed to disk, and waits for it. What the disk does not take is tried again later.
    fn save_all(&mut self) {
        let context = &mut self.context;
        self.notifications.flush_history(context);
        let (job_ids, are_written) = self.jobs.save_all(&self.outbox.edits, context);
        if are_written && self.outbox.save(context) && self.uploads.save(context) {
            self.jobs.evict_transcripts(&job_ids, &self.outbox.edits, context);
        } else {
            self.jobs.retry_saving(job_ids.into_iter(), context);
        }
    }

    /// Replaces all that is known with the list of the backend.
    fn replace_jobs(&mut self, update: ListUpdate) {
        let context = &mut self.context;
        let (changes, gone) = self.jobs.replace(update, &self.outbox.edits, context);
        self.remove(gone);
        self.jobs.changed(changes, self.context.monotonic(), &mut self.context);
        self.jobs.mark_all_unsaved();
        // Behind the outcomes: their history entries are written first.
        self.context.send(Message::SaveAll);
    }

    /// Deletes every job and everything about them, here and on disk.
    fn forget_jobs(&mut self) {
        let gone = self.jobs.clear();
        self.notifications.clear();
        self.automations.clear();
        // Behind the last events of the uploads.
        self.context.send(PublisherInput::ForgetMessages);
        self.context.diagnostics.forget_messages();
        self.context.store.clear();
        self.notifications.publish_status(&mut self.context);
        self.remove(gone);
    }

    fn remove(&mut self, gone: Vec<JobId>) {
        self.jobs.cancel_saving(&gone);
        let now = self.context.monotonic();
        // At once: nothing of another account is shown before they are gone.
        self.publish(PublisherInput::Removed(gone, now));
        self.publish(PublisherInput::Flush);
    }

    /// Answers the commands that waited for a job to be fetched.
    fn job_fetched(&mut self, job_id: &JobId, commands: Vec<WaitingCommand>, captions: &[Caption]) {
        for command in commands {
            match command {
                WaitingCommand::Captions(reply) => drop(reply.send(Ok(captions.to_vec()))),
                WaitingCommand::Thumbnail(id, reply) => drop(reply.send(Ok(id))),
                WaitingCommand::Playback(reply) => drop(reply.send(Ok(self.playback(job_id)))),
                WaitingCommand::Show(reply) => drop(reply.send(self.full_view(job_id).ok_or_else(|| no_job(job_id)))),
                WaitingCommand::Edit(..) if self.jobs.library.summary(job_id).is_none() => {
                    command.reject(no_job(job_id));
                }
                WaitingCommand::Edit(changes, reply) => {
                    self.context.send(OutboxInput::Edit(job_id.clone(), changes, reply));
                }
            }
        }
    }

    /// Saves everything, and waits for the keychain, the backend and the automations.
    async fn end(mut self, mut incoming: mpsc::Receiver<Message>) {
        self.context.send(PublisherInput::Flush);
        self.drain();
        self.notifications.close(&self.jobs.library, &mut self.context);
        self.automations.stop();
        self.connection.close(&mut self.context);
        self.save_all();
        self.auth.close();
        let background = &self.context.tasks.background;
        background.close();
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, background.wait()).await.is_err() {
            tracing::warn!("the keychain or the backend did not answer before the end");
        }
        // Automations that ended meanwhile must not run again.
        while let Ok(message) = incoming.try_recv() {
            if let Message::Automations(input @ AutomationsInput::Done(..)) = message {
                self.context.send(input);
            }
        }
        self.drain();
        self.crash_marker.end();
    }
}

/// Returns what is known of the jobs.
fn known_jobs<'a>(jobs: &'a Jobs, outbox: &'a Outbox, fetcher: &Fetcher) -> KnownJobs<'a> {
    KnownJobs { library: &jobs.library, edits: &outbox.edits, forecast: &jobs.forecast, is_synced: fetcher.is_synced() }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
