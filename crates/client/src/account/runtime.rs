//! The one owner of all mutable state, and its loop.
//!
//! Everything that happens arrives as a [`Command`] of the person or a [`TaskEvent`] of a task; the pure machines of
//! the core say what to do about it; the modules below do it.

use std::{borrow::Cow, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::Client;
use tallylight_core::{
    Code, ConnId, Error, Now,
    auth::{self, Session, Ticket},
    connection::{self, Connection},
    diagnostics::Diagnostics,
    discovery::Server,
    edits,
    forecast::Forecast,
    library::{Library, pending_changes::Dirty, record::Record},
    notifications::NotificationScheduler,
    settings::Settings,
    view::{self, ServerView},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::{
    account::automation_task::TaskOutcome,
    config::Config,
    handle::{Command, Handle, Reply},
    net::{
        auth_api::Denial,
        connector::{self, NetworkConnector},
        socket::{self, Socket},
    },
    platform::{
        browser::Browser,
        clock::Clock,
        crash_marker::CrashMarker,
        keychain::{SessionLookup, TokenStore},
        network::Network,
        refresh_lock::RefreshLock,
    },
    shell::Shell,
    storage::{Saved, Store},
};

use super::{
    automations, dispatch,
    fetcher::{self, FetchResult},
    history,
    keychain::{KeychainRequest, KeychainResult, keychain_worker},
    outbox::{self, EditResult},
    preferences, publisher,
    sign_in::SigningIn,
    tray_summary,
    uploads::{UploadEvent, Uploads},
};

/// How many commands may wait.
const COMMAND_QUEUE: usize = 64;
/// How many task_events may wait; a full queue holds up the sockets and calls that fill it, not the memory.
const EVENT_QUEUE: usize = 1024;
/// How soon after the machine slept the connection is looked at.
const CLOCK_CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// How long the end of the program waits for the keychain and the backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Is what a task tells the actor.
#[derive(Debug)]
pub(super) enum TaskEvent {
    Socket(ConnId, socket::SocketEvent),
    Discovered(u64, Box<Result<Server, Error>>, Reply<ServerView>),
    Loaded(Result<SessionLookup, Error>),
    Granted(Ticket, Result<auth::Grant, Denial>, RequestOrigin, Option<RefreshLock>),
    Keychain(KeychainResult),
    Call(Box<FetchResult>),
    Edit(Box<EditResult>),
    Upload(UploadEvent),
    Automated(String, TaskOutcome),
    NetworkChanged,
    Saved(Saved),
}

pub(super) struct Actor {
    pub(super) shell: Box<dyn Shell>,
    pub(super) clock: Clock,
    pub(super) store: Store,
    pub(super) tokens: TokenStore,
    pub(super) task_events: mpsc::Sender<TaskEvent>,
    pub(super) server: Option<Server>,
    pub(super) clients: Option<Clients>,
    pub(super) connection: Connection,
    pub(super) session: Session,
    pub(super) library: Library,
    pub(super) edits: edits::Edits,
    pub(super) edit_storage: outbox::EditStorage,
    pub(super) notifications: NotificationScheduler,
    pub(super) socket: Option<Socket>,
    pub(super) fetcher: fetcher::Fetcher,
    pub(super) pending_changes: Dirty,
    /// The jobs that are being written to disk.
    pub(super) saving: Vec<Arc<Record>>,
    pub(super) uploads: Uploads,
    pub(super) forecast: Forecast,
    pub(super) outbox: publisher::Outbox,
    pub(super) diagnostics: Diagnostics,
    pub(super) browser: Browser,
    pub(super) data_dir: PathBuf,
    /// Is held until the keychain has the token of a renewal.
    pub(super) refresh_lock: Option<RefreshLock>,
    /// When the backend was last heard on the socket.
    pub(super) frames_received: Option<Timestamp>,
    /// Counts the choices of a backend, to tell the answer to an earlier one.
    pub(super) choices: u64,
    pub(super) signing_in: Option<SigningIn>,
    /// Who waits for the keychain's first answer; none once it has come.
    pub(super) restoring: Option<Vec<Reply<bool>>>,
    /// Asks the keychain until it answers.
    pub(super) restorer: Option<AbortOnDropHandle<()>>,
    /// Whether the session of this computer's studio is taken up once the studio has started.
    pub(super) awaits_embedded_studio: bool,
    pub(super) tray_summary: tray_summary::TraySummary,
    pub(super) automations: automations::Automations,
    pub(super) history: history::HistoryQueue,
    /// What the person chose.
    pub(super) settings: Settings,
    pub(super) system_language: String,
    /// The way to other computers.
    pub(super) connector: NetworkConnector,
    /// Until when the person wants to be told nothing.
    pub(super) paused_until: Option<Timestamp>,
    /// What was shown of the disk last.
    pub(super) storage: view::StorageView,
    /// When what is too old was last taken off the disk.
    pub(super) pruned: Duration,
    /// When both clocks were last compared.
    pub(super) clock_checked: Duration,
    /// Leads to the one task that works on the keychain.
    pub(super) keychain: Option<watch::Sender<KeychainRequest>>,
    /// Tasks that must not be cut off by the end of the program: the keychain, the farewell to the backend.
    pub(super) background_tasks: TaskTracker,
    /// Tells the next start how this run ended.
    pub(super) run: CrashMarker,
}

/// Is where a request for a session went.
pub(super) type RequestOrigin = Box<(Clients, Server)>;

/// Are the HTTP clients of the chosen backend.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    pub(super) rest: Client,
    pub(super) auth: Client,
}

/// Starts an actor and returns the handle to it. A session of an earlier run goes on.
pub fn start(config: Config, shell: impl Shell) -> Handle {
    connector::choose_cryptography();
    let (commands, inbox) = mpsc::channel(COMMAND_QUEUE);
    let (task_events, incoming) = mpsc::channel(EVENT_QUEUE);
    tokio::spawn(async move {
        let run = CrashMarker::of(&config);
        let mut store = Store::open_after(&run, &config.data_dir);
        let jobs = dispatch::kept_jobs(&mut store, config.clock.now(), config.settings.data.retention_days);
        let connector = NetworkConnector::new(&config.settings.network).unwrap_or_else(|error| {
            tracing::error!(%error, "going without it");
            NetworkConnector::without_certificates(&config.settings.network)
        });
        let forecast = Forecast::of(jobs.iter().map(Cow::Borrowed));
        let tokens = TokenStore::new(config.keychain);
        let webhook_secret = TokenStore::new(config.webhook_keychain);
        let now = config.clock.now().monotonic;
        let automations = automations::Automations::new(webhook_secret, store.tasks(), now);
        let (background_tasks, (keychain, wishes)) = (TaskTracker::new(), watch::channel(KeychainRequest::Nothing));
        background_tasks.spawn(keychain_worker(tokens.clone(), wishes, task_events.clone()));
        tokio::spawn(watch_network(config.network, task_events.clone()));
        let mut actor = Actor {
            pending_changes: Dirty::once_in(shell.frame()),
            shell: Box::new(shell),
            clock: config.clock,
            tokens,
            task_events,
            server: None,
            clients: None,
            connection: Connection::default(),
            session: Session::default(),
            library: Library::restore(jobs),
            edits: edits::Edits::default(),
            edit_storage: outbox::EditStorage::default(),
            notifications: NotificationScheduler::restore(store.delivered()),
            socket: None,
            fetcher: fetcher::Fetcher::default(),
            saving: Vec::new(),
            uploads: Uploads::default(),
            forecast,
            outbox: publisher::Outbox::default(),
            diagnostics: Diagnostics::default(),
            browser: config.browser,
            data_dir: config.data_dir,
            refresh_lock: None,
            frames_received: None,
            choices: 0,
            signing_in: None,
            restoring: None,
            restorer: None,
            awaits_embedded_studio: false,
            tray_summary: tray_summary::TraySummary::default(),
            automations,
            history: history::HistoryQueue::default(),
            paused_until: store.setting(preferences::PAUSED_UNTIL),
            system_language: config.system_language,
            settings: config.settings,
            connector,
            storage: view::StorageView::default(),
            pruned: now,
            clock_checked: Duration::ZERO,
            keychain: Some(keychain),
            background_tasks,
            store,
            run,
        };
        actor.notifications.catch_up(&actor.library, actor.now().monotonic);
        actor.restore(config.unlock);
        actor.run(inbox, incoming).await;
    });
    Handle::new(commands)
}

impl Actor {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>, mut incoming: mpsc::Receiver<TaskEvent>) {
        let mut clock = self.clock.clone();
        self.update_tray();
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
                        self.flush_history();
                        self.command(command);
                    }
                    None => return self.end(incoming).await,
                },
                Some(report) = incoming.recv() => self.report(report),
                () = sleep_until(deadline) => {}
                () = clock.moved() => {}
            }
            self.tick();
        }
    }

    async fn end(&mut self, mut incoming: mpsc::Receiver<TaskEvent>) {
        self.flush();
        self.deliver_notifications(Duration::MAX);
        self.automations.end();
        if self.connection.is_live() {
            self.known_at(self.now().wall);
        }
        self.save_all();
        self.socket = None;
        self.keychain = None;
        self.background_tasks.close();
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, self.background_tasks.wait()).await.is_err() {
            tracing::warn!("the keychain or the backend did not answer before the end");
        }
        // What was done meanwhile is not to be done again.
        while let Ok(report) = incoming.try_recv() {
            if let TaskEvent::Automated(id, performed) = report {
                self.automation_done(&id, performed);
            }
        }
        self.run.end();
    }

    fn report(&mut self, report: TaskEvent) {
        if !matches!(report, TaskEvent::Socket(..)) {
            self.flush_history();
        }
        match report {
            TaskEvent::Socket(conn, report) => self.socket_report(conn, report),
            TaskEvent::Discovered(number, found, reply) => self.discovered(number, *found, reply),
            // What was on its way when the asking was given up is nobody's.
            TaskEvent::Loaded(found) if self.restorer.is_some() => self.loaded(found),
            TaskEvent::Loaded(_) => {}
            TaskEvent::Granted(ticket, answer, at, refresh_lock) => self.granted(ticket, answer, at, refresh_lock),
            TaskEvent::Keychain(keychain_result) => self.keychain_result(keychain_result),
            TaskEvent::Call(report) => self.fetch_result(*report),
            TaskEvent::Edit(report) => self.edit_result(*report),
            TaskEvent::Upload(report) => self.upload_event(report),
            TaskEvent::Automated(id, performed) => self.automation_done(&id, performed),
            TaskEvent::Saved(saved) => self.saved(saved),
            TaskEvent::NetworkChanged => self.connection_input(connection::Input::NetworkChanged),
        }
    }

    /// Does what is due by now.
    fn tick(&mut self) {
        let now = self.now().monotonic;
        if self.session.deadline().is_some_and(|due| now >= due) {
            self.auth_input(auth::Input::Tick);
        }
        if self.connection.deadline().is_some_and(|due| now >= due)
            || self.clock_check_at().is_some_and(|due| now >= due)
        {
            self.clock_checked = now;
            self.connection_input(connection::Input::Tick);
        }
        if self.outbox.deadline().is_some_and(|due| now >= due) {
            self.release();
        }
        if self.notifications.deadline().is_some_and(|due| now >= due) {
            self.deliver_notifications(now);
        }
        if self.fetcher_deadline().is_some_and(|due| now >= due) {
            self.fetch_due();
        }
        if self.pending_changes.flush_due(now) {
            self.flush();
        }
        if self.edits.deadline().is_some_and(|due| now >= due) {
            self.edits_input(edits::Input::Tick);
        }
        if self.tray_summary.deadline().is_some_and(|due| now >= due) {
            self.update_tray();
        }
        if self.automations.deadline().is_some_and(|due| now >= due) {
            self.run_due_automations(now);
        }
        self.end_pause();
        if now >= self.prune_at() {
            self.prune_old(now);
        }
        if self.history.deadline().is_some_and(|due| now >= due) {
            self.flush_history();
        }
        if self.pending_changes.save_due(now) {
            self.save();
        }
        self.show_storage();
    }

    fn deadline(&self) -> Option<Instant> {
        let policies = [self.session.deadline(), self.connection.deadline(), self.notifications.deadline()];
        let own = [
            self.edits.deadline(),
            self.pending_changes.deadline(),
            self.outbox.deadline(),
            self.fetcher_deadline(),
            self.clock_check_at(),
            self.tray_summary.deadline(),
            self.automations.deadline(),
            self.history.deadline(),
            self.pause_deadline(),
            Some(self.prune_at()),
        ];
        policies.into_iter().chain(own).flatten().min().map(|due| self.clock.instant(due))
    }

    /// Returns when both clocks are compared next: timers stand still while the machine sleeps, and so would the light.
    fn clock_check_at(&self) -> Option<Duration> {
        self.session.is_signed_in().then_some(self.clock_checked + CLOCK_CHECK_INTERVAL)
    }

    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }
}

async fn watch_network(mut network: Network, task_events: mpsc::Sender<TaskEvent>) {
    loop {
        network.changed().await;
        if task_events.send(TaskEvent::NetworkChanged).await.is_err() {
            return;
        }
    }
}

pub(super) fn signed_out() -> Error {
    Error::new(Code::SignedOut, "You're not signed in. Sign in first.")
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
