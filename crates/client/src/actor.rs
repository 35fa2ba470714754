//! The one owner of all mutable state, and its loop.
//!
//! Everything that happens arrives as a [`Command`] of the person or a [`Report`] of a task; the pure machines of
//! the core say what to do about it; the modules below do it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use reqwest::Client;
use tallylight_core::{
    Code, ConnId, Error, JobId, Now,
    cache::{Cache, Scope},
    diagnostics::Diagnostics,
    discovery::{Identity, Server},
    link::{self, Link},
    notice::Notices,
    session::{self, Session, Ticket},
    view::{self, Counts, Event, JobView, ServerView, StatusView},
};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::task::TaskTracker;

use crate::{
    auth::Denial,
    clock::Clock,
    handle::{Command, Handle, Reply},
    http::Failure,
    network::Network,
    secrets::{Kept, Keychain, TokenStore},
    shell::{Shell, TrayView},
    socket::{self, Socket},
    store::Store,
};

mod calls;
mod changes;
mod notes;
mod outbox;
mod servers;
mod sessions;
mod sockets;
mod uploads;

use calls::{Call, CallReport};
use sessions::{KeychainOp, work_on_keychain};
use uploads::{Upload, UploadReport};

/// How many commands may wait.
const COMMANDS: usize = 64;
/// How many reports may wait; a full queue holds up the sockets and calls that fill it, not the memory.
const REPORTS: usize = 1024;
/// The length of a display frame: a window hears of changes at most this often.
const FRAME: Duration = Duration::from_millis(16);
/// How often progress is written to disk. A crash costs at most this, and the backend still has it.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// How soon after the machine slept the connection is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long the end of the program waits for the keychain and the backend.
const FAREWELL: Duration = Duration::from_secs(5);

/// How many writes to the keychain may wait.
const KEYCHAIN_OPS: usize = 16;

/// Is what an actor is started with.
#[derive(Debug)]
pub struct Config {
    /// Where state is kept.
    pub data_dir: PathBuf,
    /// Where the session is kept.
    pub keychain: Keychain,
    /// What tells the time.
    pub clock: Clock,
    /// What tells of changes of the network.
    pub network: Network,
}

impl Config {
    /// Keeps state in a folder and the session in a keychain, with this system's clock and network.
    pub fn new(data_dir: PathBuf, keychain: Keychain) -> Self {
        Self { data_dir, keychain, clock: Clock::system(), network: Network::system() }
    }
}

/// Is what a task tells the actor.
#[derive(Debug)]
enum Report {
    Socket(ConnId, socket::Report),
    Discovered(Box<Result<Server, Error>>, Reply<ServerView>),
    Loaded(Result<Option<Kept>, Error>),
    Granted(Ticket, Result<session::Grant, Denial>),
    Kept(Ticket, Option<Error>),
    Call(Box<CallReport>),
    Upload(UploadReport),
    NetworkChanged,
}

struct Actor<S> {
    shell: S,
    clock: Clock,
    store: Store,
    tokens: TokenStore,
    reports: mpsc::Sender<Report>,
    server: Option<Server>,
    clients: Option<Clients>,
    link: Link,
    session: Session,
    cache: Cache,
    notices: Notices,
    socket: Option<Socket>,
    calls: calls::Calls,
    dirty: changes::Dirty,
    uploads: BTreeMap<u32, Upload>,
    last_upload: u32,
    outbox: outbox::Outbox,
    diagnostics: Diagnostics,
    signing_in: Option<Reply<()>>,
    /// Who waits for the keychain's answer; none once it has come.
    restoring: Option<Vec<Reply<bool>>>,
    /// Whether the session of this computer's studio is taken up once the studio has started.
    awaits_computer: bool,
    tray: Option<TrayView>,
    /// When both clocks were last compared.
    looked: Duration,
    /// Leads to the one task that works on the keychain.
    keychain: Option<mpsc::Sender<KeychainOp>>,
    /// Tasks that must not be cut off by the end of the program: the keychain, the farewell to the backend.
    lasting: TaskTracker,
}

/// Are the HTTP clients of the chosen backend.
#[derive(Clone)]
struct Clients {
    rest: Client,
    auth: Client,
}

/// Starts an actor and returns the handle to it. A session of an earlier run goes on.
pub fn start(config: Config, shell: impl Shell) -> Handle {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let (reports, incoming) = mpsc::channel(REPORTS);
    tokio::spawn(async move {
        let store = Store::open(&config.data_dir);
        let tokens = TokenStore::new(config.keychain);
        let (lasting, (keychain, ops)) = (TaskTracker::new(), mpsc::channel(KEYCHAIN_OPS));
        lasting.spawn(work_on_keychain(tokens.clone(), ops, reports.clone()));
        tokio::spawn(watch_network(config.network, reports.clone()));
        let mut actor = Actor {
            shell,
            clock: config.clock,
            tokens,
            reports,
            server: None,
            clients: None,
            link: Link::default(),
            session: Session::default(),
            cache: Cache::restore(store.jobs()),
            notices: Notices::restore(store.delivered()),
            socket: None,
            calls: calls::Calls::default(),
            dirty: changes::Dirty::default(),
            uploads: BTreeMap::new(),
            last_upload: 0,
            outbox: outbox::Outbox::default(),
            diagnostics: Diagnostics::default(),
            signing_in: None,
            restoring: None,
            awaits_computer: false,
            tray: None,
            looked: Duration::ZERO,
            keychain: Some(keychain),
            lasting,
            store,
        };
        actor.notices.catch_up(&actor.cache, actor.now().monotonic);
        actor.restore();
        actor.run(inbox, incoming).await;
    });
    Handle::new(commands)
}

impl<S: Shell> Actor<S> {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>, mut incoming: mpsc::Receiver<Report>) {
        let mut clock = self.clock.clone();
        loop {
            let deadline = self.deadline();
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(Command::Shutdown(reply)) => {
                        self.end().await;
                        let _ = reply.send(Ok(()));
                        return;
                    }
                    Some(command) => self.command(command),
                    None => return self.end().await,
                },
                Some(report) = incoming.recv() => self.report(report),
                () = sleep_until(deadline) => {}
                () = clock.moved() => {}
            }
            self.tick();
        }
    }

    async fn end(&mut self) {
        self.flush();
        self.tell_notices(Duration::MAX);
        self.save();
        self.socket = None;
        self.keychain = None;
        self.lasting.close();
        if tokio::time::timeout(FAREWELL, self.lasting.wait()).await.is_err() {
            tracing::warn!("the keychain or the backend did not answer before the end");
        }
    }

    /// Takes up the backend of the last run, and asks the keychain for its session.
    fn restore(&mut self) {
        let Some(server) = self.store.setting::<Server>("server") else { return };
        if server.identity == Identity::ThisComputer {
            // Its studio has yet to start. Whoever holds its old port meanwhile must not be shown the token.
            self.restoring = Some(Vec::new());
            self.awaits_computer = true;
            self.calls.await_sync();
            return;
        }
        if let Err(error) = self.choose(server) {
            tracing::warn!(%error, "the backend of the last run cannot be used");
            return;
        }
        self.calls.await_sync();
        self.restoring = Some(Vec::new());
        self.load_session();
    }

    fn load_session(&self) {
        let (tokens, reports) = (self.tokens.clone(), self.reports.clone());
        tokio::spawn(async move { reports.send(Report::Loaded(tokens.load().await)).await });
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Connect(address, identity, reply) => self.connect(address, identity, reply),
            Command::SignIn(email, password, reply) => self.sign_in(email, password, reply),
            Command::SignOut(reply) => {
                self.session_input(session::Input::SignOut(None));
                self.forget_jobs();
                // Leaving the studio of this computer leads back to the choice; another's address is remembered.
                if self.server.take_if(|server| server.identity == Identity::ThisComputer).is_some() {
                    self.store.unset("server");
                }
                let _ = reply.send(Ok(()));
            }
            Command::Status(reply) => drop(reply.send(Ok(self.status()))),
            Command::Jobs(reply) => drop(reply.send(Ok(self.jobs()))),
            Command::Job(job_id, reply) => {
                let missing = || Error::new(Code::NotFound, format!("there is no job {job_id}: see `tally jobs`"));
                drop(reply.send(self.cache.job(&job_id).map(view::job).ok_or_else(missing)));
            }
            Command::Open(job_id, reply) => {
                self.link_input(link::Input::Watch(vec![job_id.clone()]));
                self.call(Call::job(job_id));
                let _ = reply.send(Ok(()));
            }
            Command::Refresh(reply) => {
                self.link_input(link::Input::Refresh);
                let _ = reply.send(Ok(()));
            }
            Command::Reconnect(reply) => {
                self.link_input(link::Input::Reconnect);
                let _ = reply.send(Ok(()));
            }
            Command::Diagnostics(reply) => drop(reply.send(Ok(self.diagnostics.view()))),
            Command::Report(reply) => drop(reply.send(Ok(self.report_text()))),
            Command::Upload(path, reply) => self.upload(path, reply),
            Command::Synced(reply) => self.calls.when_synced(reply),
            Command::SessionRestored(reply) => match &mut self.restoring {
                Some(waiting) => waiting.push(reply),
                None => drop(reply.send(Ok(self.session.is_signed_in()))),
            },
            // The loop ends on it.
            Command::Shutdown(reply) => drop(reply.send(Ok(()))),
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Socket(conn, report) => self.socket_report(conn, report),
            Report::Discovered(found, reply) => self.discovered(*found, reply),
            Report::Loaded(kept) => self.loaded(kept),
            Report::Granted(ticket, Ok(grant)) => self.session_input(session::Input::Granted(ticket, grant)),
            Report::Granted(ticket, Err(Denial::Refused(error))) => {
                self.session_input(session::Input::Refused(ticket, error));
            }
            Report::Granted(ticket, Err(Denial::Delayed(error))) => {
                self.session_input(session::Input::Delayed(ticket, error));
            }
            Report::Kept(ticket, problem) => self.session_input(session::Input::Kept(ticket, problem)),
            Report::Call(report) => self.call_report(*report),
            Report::Upload(report) => self.upload_report(report),
            Report::NetworkChanged => self.link_input(link::Input::NetworkChanged),
        }
    }

    /// Does what is due by now.
    fn tick(&mut self) {
        let now = self.now().monotonic;
        if self.session.deadline().is_some_and(|due| now >= due) {
            self.session_input(session::Input::Tick);
        }
        if self.link.deadline().is_some_and(|due| now >= due) || self.look_at().is_some_and(|due| now >= due) {
            self.looked = now;
            self.link_input(link::Input::Tick);
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
        if self.dirty.save_due(now) {
            self.save();
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let policies = [self.session.deadline(), self.link.deadline(), self.notices.deadline()];
        let own = [self.dirty.deadline(), self.outbox.deadline(), self.calls_deadline(), self.look_at()];
        policies.into_iter().chain(own).flatten().min().map(|due| self.clock.instant(due))
    }

    /// Returns when both clocks are compared next: timers stand still while the machine sleeps, and so would the light.
    fn look_at(&self) -> Option<Duration> {
        self.session.is_signed_in().then_some(self.looked + LOOK_EVERY)
    }

    fn status(&self) -> StatusView {
        StatusView {
            server: self.server.as_ref().map(ServerView::from),
            session: self.session.view().clone(),
            connection: self.link.view(self.now()),
            counts: Counts::of(self.cache.jobs()),
            server_ahead_ms: self
                .cache
                .server_clock
                .ahead(self.now())
                .map(|ahead| i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX)),
        }
    }

    fn jobs(&self) -> Vec<JobView> {
        let mut jobs: Vec<JobView> = self.cache.jobs().map(view::job).collect();
        jobs.sort_by(|a, b| b.created_at.cmp(&a.created_at).then_with(|| a.job_id.cmp(&b.job_id)));
        jobs
    }

    fn now(&self) -> Now {
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

fn signed_out() -> Error {
    Error::new(Code::SignedOut, "nobody is signed in: sign in first")
}

async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
