//! What the unit tests of the components share: a context with a store in a folder of its own, a shell that records, and
//! a clock that the test moves.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use serde_json::Value;
use tallylight_core::{
    Error, JobId,
    diagnostics::Diagnostics,
    discovery::{Description, Identity, Server, Source, parse_address},
    library::Library,
    notifications::Notification,
    protocol::{self, Frame, snapshot::read_job},
    settings::Settings,
};
use tallylight_view::Event;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::{
    context::{Access, Context, Tasks},
    endpoint::Endpoint,
    message::{Message, PublisherInput},
};
use crate::{
    command::Reply,
    net::connector::{self, NetworkConnector},
    platform::clock::{Clock, ClockController},
    shell::{Shell, TrayView},
    storage::Store,
};

/// How long a background task may take before a test fails.
const TASK_TIMEOUT: Duration = Duration::from_mins(1);

/// The environment of one component.
pub(super) struct TestContext {
    pub(super) context: Context,
    pub(super) shell: RecordingShell,
    pub(super) clock: ClockController,
    from_tasks: mpsc::Receiver<Message>,
    _folder: TempDir,
}

impl TestContext {
    /// Creates an environment without a backend and without a session.
    pub(super) fn signed_out() -> Self {
        connector::choose_cryptography();
        let folder = tempfile::tempdir().expect("a folder");
        let shell = RecordingShell::default();
        let (clock, clock_controller) = Clock::adjustable();
        let (messages, from_tasks) = mpsc::channel(64);
        let context = Context {
            shell: Box::new(shell.clone()),
            clock,
            store: Store::open(folder.path()),
            diagnostics: Diagnostics::default(),
            tasks: Tasks { messages, background: TaskTracker::new() },
            settings: Settings::default(),
            system_language: String::new(),
            connector: NetworkConnector::default(),
            endpoint: None,
            access: Access::default(),
            queue: VecDeque::new(),
            replies: Vec::new(),
        };
        Self { context, shell, clock: clock_controller, from_tasks, _folder: folder }
    }

    /// Creates an environment with a backend that nobody can reach, and a session there.
    pub(super) fn signed_in() -> Self {
        let mut test = Self::signed_out();
        test.context.endpoint = Some(Endpoint::new(server(), &test.context.connector).expect("clients"));
        test.context.access = Access {
            token: Some(SecretString::from("token")),
            is_signed_in: true,
            generation: 1,
            epoch: 1,
            ..Access::default()
        };
        test
    }

    /// Takes the messages that were sent so far, in order.
    pub(super) fn sent(&mut self) -> Vec<Message> {
        self.context.queue.drain(..).collect()
    }

    /// Waits for the next message of a background task.
    pub(super) async fn next_from_task(&mut self) -> Message {
        let next = tokio::time::timeout(TASK_TIMEOUT, self.from_tasks.recv()).await;
        next.expect("a task sends something").expect("the channel is open")
    }
}

/// A shell that keeps what it is sent.
#[derive(Clone, Default)]
pub(super) struct RecordingShell(Arc<Recorded>);

#[derive(Default)]
struct Recorded {
    events: Mutex<Vec<Event>>,
    notifications: Mutex<Vec<Notification>>,
    trays: Mutex<Vec<TrayView>>,
    is_stalled: AtomicBool,
    refuses_notifications: AtomicBool,
    is_watched: AtomicBool,
}

impl RecordingShell {
    /// Takes the events that were emitted so far.
    pub(super) fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the notifications that were shown so far.
    pub(super) fn notifications(&self) -> Vec<Notification> {
        std::mem::take(&mut self.0.notifications.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the states of the tray that were shown so far.
    pub(super) fn trays(&self) -> Vec<TrayView> {
        std::mem::take(&mut self.0.trays.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets the shell keep up no longer.
    pub(super) fn stall(&self) {
        self.0.is_stalled.store(true, Ordering::SeqCst);
    }

    /// Lets the shell keep up again.
    pub(super) fn resume(&self) {
        self.0.is_stalled.store(false, Ordering::SeqCst);
    }

    /// Lets the user look at the window.
    pub(super) fn watch(&self) {
        self.0.is_watched.store(true, Ordering::SeqCst);
    }

    /// Lets the shell take no notifications.
    pub(super) fn refuse_notifications(&self) {
        self.0.refuses_notifications.store(true, Ordering::SeqCst);
    }

    /// Lets the shell take notifications again.
    pub(super) fn accept_notifications(&self) {
        self.0.refuses_notifications.store(false, Ordering::SeqCst);
    }
}

impl Shell for RecordingShell {
    fn emit(&self, event: Event) {
        self.0.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    fn notify(&self, notice: Notification) {
        self.0.notifications.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    fn tray(&self, tray: TrayView) {
        self.0.trays.lock().unwrap_or_else(PoisonError::into_inner).push(tray);
    }

    fn accepts_notifications(&self) -> bool {
        !self.0.refuses_notifications.load(Ordering::SeqCst)
    }

    fn is_watched(&self) -> bool {
        self.0.is_watched.load(Ordering::SeqCst)
    }

    fn is_ready(&self) -> bool {
        !self.0.is_stalled.load(Ordering::SeqCst)
    }
}

/// Returns a backend on a port of this computer on which nothing listens.
pub(super) fn server() -> Server {
    server_at("localhost:9")
}

/// Returns a backend with every feature.
pub(super) fn server_at(address: &str) -> Server {
    let text = |text: &str| Some(text.to_owned());
    let features = Some(["upload", "select_thumbnail", "retry", "cancel", "delete"].map(str::to_owned).to_vec());
    let description =
        Description { auth_url: text(address), auth_key: text("key"), features, ..Description::default() };
    let address = parse_address(address).expect("an address");
    description.complete(&address, Identity::Address, Source::Person).expect("a server")
}

/// Returns a channel for the answer to a command.
pub(super) fn reply<T>() -> (Reply<T>, oneshot::Receiver<Result<T, Error>>) {
    oneshot::channel()
}

pub(super) fn job_id(id: &str) -> JobId {
    JobId::new(id)
}

/// Returns the event of a message of the socket.
pub(super) fn socket_event(message: &Value) -> protocol::Event {
    match protocol::decode(&message.to_string()) {
        Ok(Frame::Event(event)) => event,
        Ok(Frame::Heartbeat(_) | Frame::Accepted | Frame::Changed(_)) | Err(_) => panic!("not an event: {message}"),
    }
}

/// Returns a library with these jobs, in REST's shape. All of them were in a list.
pub(super) fn library(jobs: &[Value], context: &Context) -> Library {
    let mut library = Library::default();
    let jobs = jobs.iter().map(|job| read_job(job).expect("a job")).collect();
    library.merge_all(jobs, context.now().wall);
    library
}

/// Returns a library in which these jobs are known from messages alone.
pub(super) fn unlisted(jobs: &[Value], context: &Context) -> Library {
    let mut library = Library::default();
    for job in jobs {
        library.apply(socket_event(job), context.now());
    }
    library
}

/// Returns the events that messages publish, in order.
pub(super) fn published(messages: &[Message]) -> Vec<&Event> {
    let mut events = Vec::new();
    for message in messages {
        if let Message::Publisher(PublisherInput::Event(event)) = message {
            events.push(&**event);
        }
    }
    events
}

/// Returns where the first message of a kind stands.
pub(super) fn position(messages: &[Message], is_wanted: impl Fn(&Message) -> bool) -> Option<usize> {
    messages.iter().position(is_wanted)
}
