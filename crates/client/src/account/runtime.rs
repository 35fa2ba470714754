//! The loop of an account: it takes commands, results of background tasks and deadlines one after the other, and routes
//! messages between the components through one queue. It owns nothing but the components.

use std::time::Duration;

use tallylight_core::{JobId, connection, edits, protocol::snapshot::Caption};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::task::TaskTracker;

use super::{
    alerts::{self, Alerts, JobsView},
    auth::{Auth, KeychainRequest, keychain_worker},
    backend::{self, Backend},
    commands::Command,
    connection::Connection,
    context::{Access, Context, Tasks},
    fetcher::{Fetcher, Question, no_job},
    library::{self, Library, ListUpdate},
    message::Message,
    outbox::{self, EditStep, Outbox},
    publisher::{self, Publisher, Sources},
    uploads::Uploads,
};
use crate::{
    config::Config,
    handle::Handle,
    net::connector::{self, NetworkConnector},
    platform::{
        crash_marker::CrashMarker,
        keychain::{TokenStore, Unlock},
        network::Network,
    },
    shell::Shell,
    storage::Store,
};

/// The most commands that may wait.
const COMMAND_QUEUE: usize = 64;
/// The most messages of background tasks that may wait. A full queue slows down the sockets and requests that fill it.
const MESSAGE_QUEUE: usize = 1024;
/// How long the end of the program waits for the keychain and the backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The components of an account.
pub(super) struct Runtime {
    pub(super) context: Context,
    pub(super) backend: Backend,
    pub(super) auth: Auth,
    pub(super) connection: Connection,
    pub(super) fetcher: Fetcher,
    pub(super) library: Library,
    pub(super) outbox: Outbox,
    pub(super) uploads: Uploads,
    pub(super) alerts: Alerts,
    pub(super) publisher: Publisher,
    /// Records for the next start whether this run ended normally.
    crash_marker: CrashMarker,
}

/// Starts an account and returns the handle to it. The session of an earlier run is restored.
pub fn start(config: Config, shell: impl Shell) -> Handle {
    connector::choose_cryptography();
    let (commands, inbox) = mpsc::channel(COMMAND_QUEUE);
    let (messages, incoming) = mpsc::channel(MESSAGE_QUEUE);
    tokio::spawn(async move {
        let unlock = config.unlock;
        let mut runtime = Runtime::new(config, Box::new(shell), messages);
        runtime.restore(unlock);
        Box::pin(runtime.run(inbox, incoming)).await;
    });
    Handle::new(commands)
}

impl Runtime {
    fn new(config: Config, shell: Box<dyn Shell>, messages: mpsc::Sender<Message>) -> Self {
        let crash_marker = CrashMarker::of(&config);
        let mut store = Store::open_after(&crash_marker, &config.data_dir);
        let jobs = library::load(&mut store, config.clock.now(), config.settings.data.retention_days);
        let connector = NetworkConnector::new(&config.settings.network).unwrap_or_else(|error| {
            tracing::error!(%error, "continuing without the custom certificate");
            NetworkConnector::without_certificates(&config.settings.network)
        });
        let tokens = TokenStore::new(config.keychain);
        let background = TaskTracker::new();
        let (keychain, requests) = watch::channel(KeychainRequest::default());
        background.spawn(keychain_worker(tokens.clone(), requests, messages.clone()));
        tokio::spawn(watch_network(config.network, messages.clone()));
        let library = Library::new(jobs, config.clock.monotonic());
        let publisher = Publisher::new(shell.frame());
        let context = Context {
            shell,
            clock: config.clock,
            store,
            diagnostics: tallylight_core::diagnostics::Diagnostics::default(),
            tasks: Tasks { messages, background },
            settings: config.settings,
            system_language: config.system_language,
            connector,
            endpoint: None,
            access: Access::default(),
            queue: std::collections::VecDeque::new(),
            replies: Vec::new(),
        };
        Self {
            backend: Backend::default(),
            auth: Auth::new(tokens, config.browser, config.data_dir, keychain),
            connection: Connection::default(),
            fetcher: Fetcher::default(),
            outbox: Outbox::default(),
            uploads: Uploads::default(),
            alerts: Alerts::new(TokenStore::new(config.webhook_keychain), &library.jobs, &context),
            publisher,
            library,
            crash_marker,
            context,
        }
    }

    /// Uses the backend of the last run, and restores its session.
    fn restore(&mut self, unlock: Unlock) {
        let context = &mut self.context;
        let Some(server) = backend::of_last_run(context) else { return };
        self.auth.begin_restoring(context);
        if server.identity == tallylight_core::discovery::Identity::ThisComputer {
            return self.auth.await_embedded_studio();
        }
        match backend::choose(server, context) {
            Ok(()) => self.auth.load_session(unlock, context),
            Err(error) => {
                tracing::warn!(%error, "the backend of the last run cannot be used");
                self.auth.fail_restoring(context);
            }
        }
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Command>, mut incoming: mpsc::Receiver<Message>) {
        let mut clock = self.context.clock.clone();
        self.context.send(publisher::Input::Tray);
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
                        self.alerts.flush_history(&mut self.context);
                        self.command(command);
                    }
                    None => return self.end(incoming).await,
                },
                Some(message) = incoming.recv() => {
                    if !message.is_of_socket() {
                        self.alerts.flush_history(&mut self.context);
                    }
                    self.context.send(message);
                }
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
        let (context, edits) = (&mut self.context, &self.outbox.edits);
        match message {
            Message::Auth(input) => self.auth.handle(input, context),
            Message::Backend(input) => self.backend.handle(input, context),
            Message::Connection(input) => self.connection.handle(input, context),
            Message::Fetcher(input) => self.fetcher.handle(input, &self.library.jobs, edits, context),
            Message::Library(input) => self.library.handle(input, edits, context),
            Message::Outbox(input) => self.outbox(input),
            Message::Uploads(input) => self.uploads.handle(input, context),
            Message::Alerts(input) => {
                let is_synced = self.fetcher.is_synced();
                self.alerts.handle(input, &JobsView { library: &self.library, edits, is_synced }, context);
            }
            Message::Publisher(input) => self.publish(input),
            Message::Saved(saved) => {
                let (library, outbox) = (&mut self.library, &mut self.outbox);
                library.saved(saved, outbox, context);
            }
            Message::SaveAll => self.save_all(),
            Message::Replace(update) => self.replace(*update),
            Message::Answer(job_id, questions, captions) => self.answer(&job_id, questions, &captions),
            Message::ForgetJobs => self.forget_jobs(),
        }
    }

    /// Handles an input of the edits: the library and the disk first, then the window and the backend.
    fn outbox(&mut self, input: outbox::Input) {
        let context = &mut self.context;
        let step = self.outbox.handle(input, &self.library.jobs, context);
        let is_empty = step.is_empty();
        if !is_empty {
            fail::fail_point!("edits_before_write");
        }
        let EditStep { date, library, persist, changed, actions } = step;
        self.library.observe(date, context.now());
        let (mut changes, confirmed) = self.library.apply_edits(library, context);
        let confirmed: Vec<_> = confirmed.iter().filter_map(|job_id| self.library.jobs.job(job_id)).collect();
        self.outbox.persist(&persist, confirmed.iter().map(AsRef::as_ref), context);
        drop(confirmed);
        if !is_empty {
            fail::fail_point!("edits_written");
        }
        let is_shown = !changed.is_empty();
        changes.extend(changed.into_iter().map(library::edited));
        self.library.changed(changes, context.monotonic(), context);
        outbox::act(actions, &self.library.jobs, context);
        if is_shown {
            // The user looks at the field: it waits for no frame.
            context.send(publisher::Input::Flush);
        }
    }

    fn publish(&mut self, input: publisher::Input) {
        let (publisher, sources, context) = self.publishing();
        publisher.handle(input, &sources, context);
    }

    /// Returns the publisher, and what it reads.
    fn publishing(&mut self) -> (&mut Publisher, Sources<'_>, &mut Context) {
        let Self { context, auth, connection, library, outbox, alerts, publisher, .. } = self;
        (publisher, Sources { library, edits: &outbox.edits, connection, auth, alerts }, context)
    }

    /// Performs what is due.
    fn tick(&mut self) {
        let now = self.context.monotonic();
        let context = &mut self.context;
        self.auth.tick(now, context);
        self.connection.tick(now, context);
        self.fetcher.tick(now, context);
        if self.outbox.deadline().is_some_and(|due| now >= due) {
            context.send(edits::Input::Tick);
        }
        let edits = &self.outbox.edits;
        let is_synced = self.fetcher.is_synced();
        self.alerts.tick(now, &JobsView { library: &self.library, edits, is_synced }, context);
        self.library.tick(now, edits, context);
        if self.library.save_deadline().is_some_and(|due| now >= due) {
            // First: the end of a job that the next run finds on disk is not reported again.
            self.alerts.flush_history(context);
            self.library.save(edits, context);
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
            self.alerts.deadline(context),
            Some(self.library.deadline()),
            self.library.save_deadline(),
            self.publisher.deadline(),
        ];
        deadlines.into_iter().flatten().min().map(|due| context.clock.instant(due))
    }

    fn save_all(&mut self) {
        self.alerts.flush_history(&mut self.context);
        self.library.save_all(&mut self.outbox, &mut self.context);
    }

    /// Replaces all that is known with the list of the backend.
    fn replace(&mut self, update: ListUpdate) {
        let context = &mut self.context;
        let (changes, gone) = self.library.replace(update, &self.outbox.edits, context);
        self.remove(gone);
        self.library.changed(changes, self.context.monotonic(), &mut self.context);
        self.library.mark_all_unsaved();
        // Behind the outcomes: their history entries are written first.
        self.context.send(Message::SaveAll);
    }

    /// Deletes every job and everything about them, here and on disk.
    fn forget_jobs(&mut self) {
        let gone = self.library.clear();
        self.alerts.clear();
        // Behind the last events of the uploads.
        self.context.send(publisher::Input::ForgetMessages);
        self.context.diagnostics.forget_messages();
        self.context.store.clear();
        self.alerts.publish_status(&mut self.context);
        self.remove(gone);
    }

    fn remove(&mut self, gone: Vec<JobId>) {
        self.library.cancel_saving(&gone);
        let now = self.context.monotonic();
        // At once: nothing of another account is shown before they are gone.
        self.publish(publisher::Input::Removed(gone, now));
        self.publish(publisher::Input::Flush);
    }

    /// Answers the commands that waited for a job to be fetched.
    fn answer(&mut self, job_id: &JobId, questions: Vec<Question>, captions: &[Caption]) {
        for question in questions {
            match question {
                Question::Captions(reply) => drop(reply.send(Ok(captions.to_vec()))),
                Question::Show(reply) => drop(reply.send(self.full_view(job_id).ok_or_else(|| no_job(job_id)))),
                Question::Edit(..) if self.library.jobs.summary(job_id).is_none() => question.refuse(no_job(job_id)),
                Question::Edit(changes, reply) => {
                    self.context.send(outbox::Input::Edit(job_id.clone(), changes, reply));
                }
            }
        }
    }

    /// Saves everything, and waits for the keychain, the backend and the automations.
    async fn end(mut self, mut incoming: mpsc::Receiver<Message>) {
        self.context.send(publisher::Input::Flush);
        self.drain();
        self.alerts.close(&self.library.jobs, &mut self.context);
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
            if let Message::Alerts(input @ alerts::Input::AutomationDone(..)) = message {
                self.context.send(input);
            }
        }
        self.drain();
        self.crash_marker.end();
    }
}

async fn watch_network(mut network: Network, messages: mpsc::Sender<Message>) {
    loop {
        network.changed().await;
        if messages.send(connection::Input::NetworkChanged.into()).await.is_err() {
            return;
        }
    }
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
