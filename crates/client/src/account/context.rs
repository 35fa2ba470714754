//! What every component of an account may use: the clock, the shell, the disk, settings, background tasks, and the queue of
//! messages. Each shared value names its only writer.

use std::{collections::VecDeque, time::Duration};

use jiff::Timestamp;
use secrecy::SecretString;
use tallylight_core::{
    Error, Now, diagnostics::Diagnostics, discovery::Server, locale::Locale, protocol::Rejected, settings::Settings,
};
use tallylight_view::Event;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::{
    endpoint::Endpoint,
    message::{FetcherInput, Message, PublisherInput, RecheckReason},
};
use crate::{command::Reply, net::connector::NetworkConnector, platform::clock::Clock, shell::Shell, storage::Store};

/// The setting that holds when the jobs were last known to be as the backend has them.
const KNOWN_AT: &str = "known_at";

/// The environment of the components.
pub(super) struct Context {
    pub(super) shell: Box<dyn Shell>,
    pub(super) clock: Clock,
    pub(super) store: Store,
    pub(super) diagnostics: Diagnostics,
    pub(super) tasks: Tasks,
    /// Written by the runtime alone.
    pub(super) settings: Settings,
    pub(super) system_language: String,
    /// Proxy and certificates. Written by `backend` alone.
    pub(super) connector: NetworkConnector,
    /// The chosen backend. Written by `backend` alone.
    pub(super) endpoint: Option<Endpoint>,
    /// What the session allows. Written by `auth` alone.
    pub(super) access: Access,
    pub(super) queue: VecDeque<Message>,
    /// Answers to commands, sent once the queue is empty.
    pub(super) replies: Vec<Box<dyn FnOnce() + Send>>,
}

/// The access that the current session gives.
#[derive(Clone, Debug, Default)]
pub(super) struct Access {
    /// The access token; none while it is renewed, and without a session.
    pub(super) token: Option<SecretString>,
    /// The id of the account; empty if the auth server does not say it.
    pub(super) user_id: String,
    pub(super) is_signed_in: bool,
    /// Counts access tokens: a request that was refused with an earlier one is repeated without another refresh.
    pub(super) generation: u64,
    /// Counts sessions: an answer to a request of an earlier one is dropped.
    pub(super) epoch: u64,
}

/// Background tasks of an account.
#[derive(Clone)]
pub(super) struct Tasks {
    /// Where a task sends its result.
    pub(super) messages: mpsc::Sender<Message>,
    /// Tasks that the shutdown waits for: keychain writes, sign-out requests, automations.
    pub(super) background: TaskTracker,
}

impl Context {
    pub(super) fn now(&self) -> Now {
        self.clock.now()
    }

    pub(super) fn monotonic(&self) -> Duration {
        self.clock.monotonic()
    }

    /// Adds a message to the end of the queue.
    pub(super) fn send(&mut self, message: impl Into<Message>) {
        self.queue.push_back(message.into());
    }

    /// Sends an event to the shell, after everything that is queued.
    pub(super) fn publish(&mut self, event: Event) {
        self.send(PublisherInput::Event(Box::new(event)));
    }

    /// Counts a message that could not be read, and refetches the job that it was about: it may have been the end.
    pub(super) fn reject(&mut self, mut rejected: Rejected) {
        if let Some(job_id) = rejected.job_id.take() {
            self.send(FetcherInput::Recheck(job_id, RecheckReason::Unreadable));
        }
        self.send(PublisherInput::Rejected(rejected));
    }

    /// Answers a command once everything that it caused is done.
    pub(super) fn reply<T: Send + 'static>(&mut self, reply: Reply<T>, outcome: Result<T, Error>) {
        self.replies.push(Box::new(move || drop(reply.send(outcome))));
    }

    /// Returns the texts of notifications and the tray.
    pub(super) fn locale(&self) -> Locale {
        Locale::new(self.settings.appearance.language, &self.system_language)
    }

    pub(super) fn server(&self) -> Option<&Server> {
        self.endpoint.as_ref().map(|endpoint| &endpoint.server)
    }

    /// Returns the backend and the access token; none without either.
    pub(super) fn authorized(&self) -> Option<(Endpoint, SecretString)> {
        Some((self.endpoint.clone()?, self.access.token.clone()?))
    }

    /// Stores that the jobs were as the backend has them at a time.
    pub(super) fn set_known_at(&mut self, time: Timestamp) {
        self.store.set_value(KNOWN_AT, &time);
    }

    /// Returns when the jobs were last known to be as the backend has them.
    pub(super) fn known_at(&self) -> Option<Timestamp> {
        self.store.value(KNOWN_AT)
    }
}
