//! The start of an account: its components, and the session of the last run.

use std::collections::VecDeque;

use tallylight_core::{connection, diagnostics::Diagnostics, discovery::Identity};
use tokio::sync::{mpsc, watch};
use tokio_util::task::TaskTracker;

use super::{MESSAGE_QUEUE, Runtime};
use crate::{
    account::{
        auth::{Auth, KeychainRequest, keychain_worker},
        automations::{Automations, WebhookSecrets},
        backend::{self, Backend},
        connection::Connection,
        context::{Access, Context, Tasks},
        fetcher::Fetcher,
        job_actions::JobActions,
        jobs::{self, Jobs},
        message::Message,
        notifications::Notifications,
        outbox::Outbox,
        publisher::Publisher,
        templates::Templates,
        uploads::Uploads,
    },
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
    pub(super) fn new(mut config: Config, shell: Box<dyn Shell>, messages: mpsc::Sender<Message>) -> Self {
        let now = config.clock.now();
        let settings = config.settings.borrow_and_update().settings.clone();
        let crash_marker = CrashMarker::new(config.after_crashes, &config.data_dir, now.wall);
        let mut store = Store::open_after(&crash_marker, &config.data_dir);
        let jobs = jobs::load(&mut store, now, settings.data.retention_days);
        let connector = connector_of(&settings.network);
        let tokens = TokenStore::new(config.keychain);
        let background = TaskTracker::new();
        let (keychain, requests) = watch::channel(KeychainRequest::default());
        background.spawn(keychain_worker(tokens.clone(), requests, messages.clone()));
        tokio::spawn(watch_network(config.network, messages.clone()));
        let jobs = Jobs::new(jobs, config.clock.monotonic());
        let publisher = Publisher::new(shell.frame());
        let webhook_secrets = WebhookSecrets {
            signing: TokenStore::new(config.webhook_keychain),
            pushover: TokenStore::new(config.pushover_keychain),
        };
        let context = Context {
            shell,
            clock: config.clock,
            store,
            diagnostics: Diagnostics::default(),
            tasks: Tasks { messages, background },
            settings,
            system_language: config.system_language,
            connector,
            endpoint: None,
            access: Access::default(),
            queue: VecDeque::new(),
            replies: Vec::new(),
        };
        Self {
            backend: Backend::default(),
            auth: Auth::new(tokens, config.browser, config.data_dir, keychain),
            connection: Connection::default(),
            fetcher: Fetcher::default(),
            job_actions: JobActions::default(),
            outbox: Outbox::default(),
            uploads: Uploads::new(config.upload_storage, &context.settings),
            templates: Templates::default(),
            notifications: Notifications::new(&jobs.library, &context),
            automations: Automations::new(webhook_secrets, context.store.tasks(), context.monotonic()),
            publisher,
            jobs,
            settings: config.settings,
            crash_marker,
            context,
        }
    }

    /// Uses the backend of the last run, and restores its session.
    fn restore(&mut self, unlock: Unlock) {
        let context = &mut self.context;
        let Some(server) = backend::of_last_run(context) else { return };
        self.auth.begin_restoring(context);
        if server.identity == Identity::ThisComputer {
            return self.auth.await_embedded_studio();
        }
        match backend::choose(server, context) {
            Ok(()) => self.auth.load_session(unlock, context),
            Err(error) => {
                tracing::warn!(error = error.with_causes(), "the backend of the last run cannot be used");
                self.auth.fail_restoring(context);
            }
        }
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

fn connector_of(network: &tallylight_core::settings::Network) -> NetworkConnector {
    let (connector, usable) = NetworkConnector::or_without_certificates(network);
    if let Err(error) = usable {
        tracing::error!(error = error.with_causes(), "continuing without the custom certificate");
    }
    connector
}
