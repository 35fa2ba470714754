//! The one owner of all mutable state, and its loop.
//!
//! Everything that happens arrives as a [`Command`] of the person or a [`Report`] of a task; the pure machines of
//! the core say what to do about it; the modules below do it.

use std::{borrow::Cow, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::Client;
use tallylight_core::{
    Code, ConnId, Error, Now,
    auth::{self, Session, Ticket},
    connection::{self, Link},
    diagnostics::Diagnostics,
    discovery::Server,
    edits,
    forecast::Forecast,
    library::{Cache, pending_changes::Dirty, record::Record},
    notifications::Notices,
    settings::Settings,
    view::{self, ServerView},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::{
    account::automation_task::Performed,
    config::Config,
    handle::{Command, Handle, Reply},
    net::{
        auth_api::Denial,
        connector::{self, Route},
        socket::{self, Socket},
    },
    platform::{
        browser::Browser,
        clock::Clock,
        crash_marker::RunMark,
        keychain::{Found, TokenStore},
        network::Network,
        refresh_lock::Turn,
    },
    shell::Shell,
    storage::{Saved, Store},
};

use super::{
    automations, dispatch,
    fetcher::{self, CallReport},
    history,
    keychain::{Fulfilled, Wish, fulfil},
    outbox::{self, EditReport},
    preferences, publisher,
    sign_in::SigningIn,
    tray_summary,
    uploads::{UploadReport, Uploads},
};

/// How many commands may wait.
const COMMANDS: usize = 64;
/// How many reports may wait; a full queue holds up the sockets and calls that fill it, not the memory.
const REPORTS: usize = 1024;
/// How soon after the machine slept the connection is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long the end of the program waits for the keychain and the backend.
const FAREWELL: Duration = Duration::from_secs(5);

/// Is what a task tells the actor.
#[derive(Debug)]
pub(super) enum Report {
    Socket(ConnId, socket::Report),
    Discovered(u64, Box<Result<Server, Error>>, Reply<ServerView>),
    Loaded(Result<Found, Error>),
    Granted(Ticket, Result<auth::Grant, Denial>, Place, Option<Turn>),
    Keychain(Fulfilled),
    Call(Box<CallReport>),
    Edit(Box<EditReport>),
    Upload(UploadReport),
    Automated(String, Performed),
    NetworkChanged,
    Saved(Saved),
}

pub(super) struct Actor {
    pub(super) shell: Box<dyn Shell>,
    pub(super) clock: Clock,
    pub(super) store: Store,
    pub(super) tokens: TokenStore,
    pub(super) reports: mpsc::Sender<Report>,
    pub(super) server: Option<Server>,
    pub(super) clients: Option<Clients>,
    pub(super) link: Link,
    pub(super) session: Session,
    pub(super) cache: Cache,
    pub(super) edits: edits::Edits,
    pub(super) words: outbox::Words,
    pub(super) notices: Notices,
    pub(super) socket: Option<Socket>,
    pub(super) calls: fetcher::Calls,
    pub(super) dirty: Dirty,
    /// The jobs that are being written to disk.
    pub(super) saving: Vec<Arc<Record>>,
    pub(super) uploads: Uploads,
    pub(super) forecast: Forecast,
    pub(super) outbox: publisher::Outbox,
    pub(super) diagnostics: Diagnostics,
    pub(super) browser: Browser,
    pub(super) data_dir: PathBuf,
    /// Is held until the keychain has the token of a renewal.
    pub(super) turn: Option<Turn>,
    /// When the backend was last heard on the socket.
    pub(super) heard: Option<Timestamp>,
    /// Counts the choices of a backend, to tell the answer to an earlier one.
    pub(super) choices: u64,
    pub(super) signing_in: Option<SigningIn>,
    /// Who waits for the keychain's first answer; none once it has come.
    pub(super) restoring: Option<Vec<Reply<bool>>>,
    /// Asks the keychain until it answers.
    pub(super) restorer: Option<AbortOnDropHandle<()>>,
    /// Whether the session of this computer's studio is taken up once the studio has started.
    pub(super) awaits_computer: bool,
    pub(super) glance: tray_summary::Glance,
    pub(super) automations: automations::Automations,
    pub(super) happenings: history::Happenings,
    /// What the person chose.
    pub(super) settings: Settings,
    pub(super) system_language: String,
    /// The way to other computers.
    pub(super) route: Route,
    /// Until when the person wants to be told nothing.
    pub(super) paused_until: Option<Timestamp>,
    /// What was shown of the disk last.
    pub(super) storage: view::StorageView,
    /// When what is too old was last taken off the disk.
    pub(super) forgot_old: Duration,
    /// When both clocks were last compared.
    pub(super) looked: Duration,
    /// Leads to the one task that works on the keychain.
    pub(super) keychain: Option<watch::Sender<Wish>>,
    /// Tasks that must not be cut off by the end of the program: the keychain, the farewell to the backend.
    pub(super) lasting: TaskTracker,
    /// Tells the next start how this run ended.
    pub(super) run: RunMark,
}

/// Is where a request for a session went.
pub(super) type Place = Box<(Clients, Server)>;

/// Are the HTTP clients of the chosen backend.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    pub(super) rest: Client,
    pub(super) auth: Client,
}

/// Starts an actor and returns the handle to it. A session of an earlier run goes on.
pub fn start(config: Config, shell: impl Shell) -> Handle {
    connector::choose_cryptography();
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let (reports, incoming) = mpsc::channel(REPORTS);
    tokio::spawn(async move {
        let run = RunMark::of(&config);
        let mut store = Store::open_after(&run, &config.data_dir);
        let jobs = dispatch::kept_jobs(&mut store, config.clock.now(), config.settings.data.retention_days);
        let route = Route::new(&config.settings.network).unwrap_or_else(|error| {
            tracing::error!(%error, "going without it");
            Route::without_certificates(&config.settings.network)
        });
        let forecast = Forecast::of(jobs.iter().map(Cow::Borrowed));
        let tokens = TokenStore::new(config.keychain);
        let webhook_secret = TokenStore::new(config.webhook_keychain);
        let now = config.clock.now().monotonic;
        let automations = automations::Automations::new(webhook_secret, store.deeds(), now);
        let (lasting, (keychain, wishes)) = (TaskTracker::new(), watch::channel(Wish::Nothing));
        lasting.spawn(fulfil(tokens.clone(), wishes, reports.clone()));
        tokio::spawn(watch_network(config.network, reports.clone()));
        let mut actor = Actor {
            dirty: Dirty::once_in(shell.frame()),
            shell: Box::new(shell),
            clock: config.clock,
            tokens,
            reports,
            server: None,
            clients: None,
            link: Link::default(),
            session: Session::default(),
            cache: Cache::restore(jobs),
            edits: edits::Edits::default(),
            words: outbox::Words::default(),
            notices: Notices::restore(store.delivered()),
            socket: None,
            calls: fetcher::Calls::default(),
            saving: Vec::new(),
            uploads: Uploads::default(),
            forecast,
            outbox: publisher::Outbox::default(),
            diagnostics: Diagnostics::default(),
            browser: config.browser,
            data_dir: config.data_dir,
            turn: None,
            heard: None,
            choices: 0,
            signing_in: None,
            restoring: None,
            restorer: None,
            awaits_computer: false,
            glance: tray_summary::Glance::default(),
            automations,
            happenings: history::Happenings::default(),
            paused_until: store.setting(preferences::PAUSED_UNTIL),
            system_language: config.system_language,
            settings: config.settings,
            route,
            storage: view::StorageView::default(),
            forgot_old: now,
            looked: Duration::ZERO,
            keychain: Some(keychain),
            lasting,
            store,
            run,
        };
        actor.notices.catch_up(&actor.cache, actor.now().monotonic);
        actor.restore(config.unlock);
        actor.run(inbox, incoming).await;
    });
    Handle::new(commands)
}

impl Actor {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>, mut incoming: mpsc::Receiver<Report>) {
        let mut clock = self.clock.clone();
        self.show_tray();
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
                        self.keep_happenings();
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

    async fn end(&mut self, mut incoming: mpsc::Receiver<Report>) {
        self.flush();
        self.tell_notices(Duration::MAX);
        self.automations.end();
        if self.link.is_live() {
            self.known_at(self.now().wall);
        }
        self.save_all();
        self.socket = None;
        self.keychain = None;
        self.lasting.close();
        if tokio::time::timeout(FAREWELL, self.lasting.wait()).await.is_err() {
            tracing::warn!("the keychain or the backend did not answer before the end");
        }
        // What was done meanwhile is not to be done again.
        while let Ok(report) = incoming.try_recv() {
            if let Report::Automated(id, performed) = report {
                self.automated(&id, performed);
            }
        }
        self.run.end();
    }

    fn report(&mut self, report: Report) {
        if !matches!(report, Report::Socket(..)) {
            self.keep_happenings();
        }
        match report {
            Report::Socket(conn, report) => self.socket_report(conn, report),
            Report::Discovered(number, found, reply) => self.discovered(number, *found, reply),
            // What was on its way when the asking was given up is nobody's.
            Report::Loaded(found) if self.restorer.is_some() => self.loaded(found),
            Report::Loaded(_) => {}
            Report::Granted(ticket, answer, at, turn) => self.granted(ticket, answer, at, turn),
            Report::Keychain(fulfilled) => self.fulfilled(fulfilled),
            Report::Call(report) => self.call_report(*report),
            Report::Edit(report) => self.edit_report(*report),
            Report::Upload(report) => self.upload_report(report),
            Report::Automated(id, performed) => self.automated(&id, performed),
            Report::Saved(saved) => self.saved(saved),
            Report::NetworkChanged => self.link_input(connection::Input::NetworkChanged),
        }
    }

    /// Does what is due by now.
    fn tick(&mut self) {
        let now = self.now().monotonic;
        if self.session.deadline().is_some_and(|due| now >= due) {
            self.session_input(auth::Input::Tick);
        }
        if self.link.deadline().is_some_and(|due| now >= due) || self.look_at().is_some_and(|due| now >= due) {
            self.looked = now;
            self.link_input(connection::Input::Tick);
        }
        if self.outbox.deadline().is_some_and(|due| now >= due) {
            self.release();
        }
        if self.notices.deadline().is_some_and(|due| now >= due) {
            self.tell_notices(now);
        }
        if self.calls_deadline().is_some_and(|due| now >= due) {
            self.ask_again();
        }
        if self.dirty.flush_due(now) {
            self.flush();
        }
        if self.edits.deadline().is_some_and(|due| now >= due) {
            self.edits_input(edits::Input::Tick);
        }
        if self.glance.deadline().is_some_and(|due| now >= due) {
            self.show_tray();
        }
        if self.automations.deadline().is_some_and(|due| now >= due) {
            self.automate_due(now);
        }
        self.end_pause();
        if now >= self.forget_old_at() {
            self.forget_old(now);
        }
        if self.happenings.deadline().is_some_and(|due| now >= due) {
            self.keep_happenings();
        }
        if self.dirty.save_due(now) {
            self.save();
        }
        self.show_storage();
    }

    fn deadline(&self) -> Option<Instant> {
        let policies = [self.session.deadline(), self.link.deadline(), self.notices.deadline()];
        let own = [
            self.edits.deadline(),
            self.dirty.deadline(),
            self.outbox.deadline(),
            self.calls_deadline(),
            self.look_at(),
            self.glance.deadline(),
            self.automations.deadline(),
            self.happenings.deadline(),
            self.pause_deadline(),
            Some(self.forget_old_at()),
        ];
        policies.into_iter().chain(own).flatten().min().map(|due| self.clock.instant(due))
    }

    /// Returns when both clocks are compared next: timers stand still while the machine sleeps, and so would the light.
    fn look_at(&self) -> Option<Duration> {
        self.session.is_signed_in().then_some(self.looked + LOOK_EVERY)
    }

    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }
}

async fn watch_network(mut network: Network, reports: mpsc::Sender<Report>) {
    loop {
        network.changed().await;
        if reports.send(Report::NetworkChanged).await.is_err() {
            return;
        }
    }
}

pub(super) fn signed_out() -> Error {
    Error::new(Code::SignedOut, "nobody is signed in: sign in first")
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
