//! A client with a scripted backend, a fault proxy between them, and an adjustable clock.

use std::time::Duration;

use serde_json::{Value, json};
use tallylight_client::{
    Browser, Clock, ClockController, Config, Handle, Identity, Keychain, Network, NetworkController, SettingsService,
    start,
};
use tallylight_core::{
    Code, JobId, auth::SessionState, connection::ConnectionState, diagnostics::DiagnosticsView,
    discovery::parse_address, settings::Settings,
};
use tallylight_view::{ConnectionView, Event, JobView};
use tempfile::TempDir;
use tokio::sync::mpsc;
use url::Url;

use crate::{FaultProxy, Recorder, ScriptedBackend, Seen};

/// How often a condition is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// The number of checks after which a scenario has failed. It is only a safety limit.
const POLL_LIMIT: usize = 6000;

/// A client, its backend, and everything between them.
pub struct ScriptedHarness {
    /// The backend.
    pub backend: ScriptedBackend,
    /// The proxy between client and backend.
    pub proxy: FaultProxy,
    /// The client.
    pub client: Handle,
    /// The client's shell.
    pub recorder: Recorder,
    /// Controls the client's clocks.
    pub clock: ClockController,
    /// Controls the client's network.
    pub network: NetworkController,
    /// The pages that the client opened in the browser.
    pub pages: mpsc::Receiver<Url>,
    /// The client's data folder.
    pub folder: TempDir,
    /// The client's settings.
    pub settings: SettingsService,
}

impl ScriptedHarness {
    /// Starts a client that is signed in, with a prepared backend.
    ///
    /// # Panics
    /// If that fails.
    pub async fn set(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let harness = Self::signed_out(prepare).await;
        harness.sign_in("me@acme.tv").await;
        harness
    }

    /// Starts a client that is connected to a prepared backend and signed out.
    ///
    /// # Panics
    /// If that fails.
    pub async fn signed_out(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let backend = ScriptedBackend::start().await;
        prepare(&backend);
        let proxy = FaultProxy::before(&backend.address).await;
        Self::connected_in(tempfile::tempdir().expect("a folder"), backend, proxy).await
    }

    /// Starts a client that is signed in, in the data folder of an earlier client.
    ///
    /// # Panics
    /// If that fails.
    pub async fn after(folder: TempDir, backend: ScriptedBackend, proxy: FaultProxy) -> Self {
        let harness = Self::connected_in(folder, backend, proxy).await;
        harness.sign_in("me@acme.tv").await;
        harness
    }

    /// Starts a client that is connected and signed out, in the data folder of an earlier client.
    ///
    /// # Panics
    /// If that fails.
    pub async fn connected_in(folder: TempDir, backend: ScriptedBackend, proxy: FaultProxy) -> Self {
        let (recorder, settings) = (Recorder::default(), SettingsService::open(folder.path()));
        let (client, clock, network, pages) = begin(&folder, &settings, recorder.clone());
        let address = parse_address(&proxy.address).expect("an address");
        client.connect(address, Identity::Address).await.expect("discovery");
        Self { backend, proxy, client, recorder, clock, network, pages, folder, settings }
    }

    /// Starts a client that is signed in and live, and waits until the refetch after the connect is done.
    pub async fn live(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let harness = Self::set(prepare).await;
        harness.until("live, with the list fetched", |harness| harness.is_live() && harness.backend.lists() >= 2).await;
        harness.wait_until_settled().await;
        harness
    }

    /// Signs in.
    ///
    /// # Panics
    /// If that fails.
    pub async fn sign_in(&self, email: &str) {
        self.client.sign_in(email.to_owned(), "password".into()).await.expect("signed in");
    }

    /// Changes the settings, and waits until they are in effect.
    ///
    /// # Panics
    /// If one of them is invalid.
    pub async fn apply(&self, settings: Settings) {
        self.settings.change(&settings).expect("saved");
        // Commands follow the changes before them.
        self.client.status().await.expect("applied");
    }

    /// Ends the client and starts another one in the same folder, signed in.
    ///
    /// # Panics
    /// If that fails.
    pub async fn restart(&mut self) {
        self.client.shutdown().await;
        self.recorder = Recorder::default();
        (self.client, self.clock, self.network, self.pages) =
            begin(&self.folder, &self.settings, self.recorder.clone());
        let address = parse_address(&self.proxy.address).expect("an address");
        self.client.connect(address, Identity::Address).await.expect("discovery");
        self.sign_in("me@acme.tv").await;
    }

    /// Waits until a condition holds.
    ///
    /// # Panics
    /// If the condition does not hold within the limit.
    pub async fn until(&self, what: &str, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..POLL_LIMIT {
            if look(self) {
                return;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        panic!("{what} did not happen; {}", self.client.report().await.unwrap_or_default());
    }

    /// Waits until a condition holds, and advances the client's clock by `step` after each check.
    ///
    /// # Panics
    /// If the condition does not hold within the limit.
    pub async fn until_with_clock(&self, what: &str, step: Duration, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..POLL_LIMIT {
            if look(self) {
                return;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
            self.clock.advance(step);
        }
        panic!("{what} did not happen; {}", self.client.report().await.unwrap_or_default());
    }

    /// Waits until the client has processed all earlier messages: it answers a ping after them.
    pub async fn wait_until_settled(&self) {
        let answers = |harness: &Self| harness.backend.heard().iter().filter(|said| said["action"] == "pong").count();
        let before = answers(self);
        self.backend.say(r#"{"type":"ping"}"#);
        self.until("the answer to a ping", |harness| answers(harness) > before).await;
    }

    /// Waits until due notifications were shown, and returns the number of jobs in all notifications.
    pub async fn told(&self) -> usize {
        self.clock.advance(Duration::from_secs(15));
        self.wait_until_settled().await;
        self.recorder.seen().notices.iter().map(|notice| notice.job_ids.len()).sum()
    }

    /// Advances the clock to the next connection attempt.
    pub async fn skip_wait(&self) {
        let wait = self.connection().await.retry_in_ms.unwrap_or_default();
        self.clock.advance(Duration::from_millis(wait));
    }

    /// Returns the current connection.
    ///
    /// # Panics
    /// If the client has ended.
    pub async fn connection(&self) -> ConnectionView {
        self.client.status().await.expect("status").connection
    }

    /// Changes the network and waits until the client has processed the change.
    pub async fn change_network(&self) {
        let before = self.diagnostics().await.counters.network_changes;
        self.network.change();
        while self.diagnostics().await.counters.network_changes == before {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns the client's diagnostics.
    ///
    /// # Panics
    /// If the client has ended.
    pub async fn diagnostics(&self) -> DiagnosticsView {
        self.client.diagnostics().await.expect("diagnostics")
    }

    /// Returns the connection's state and the code of its reason.
    pub async fn state(&self) -> (ConnectionState, Option<Code>) {
        let connection = self.connection().await;
        (connection.state, connection.reason.map(|reason| reason.code))
    }

    /// Returns the emitted connections, in order.
    pub fn shown(&self) -> Vec<ConnectionView> {
        self.recorder.seen().connections().cloned().collect()
    }

    /// Returns whether the last emitted connection has this state.
    pub fn is(&self, state: ConnectionState) -> bool {
        self.shown().last().is_some_and(|view| view.state == state)
    }

    /// Returns whether the last emitted connection is live.
    pub fn is_live(&self) -> bool {
        self.is(ConnectionState::Live)
    }

    /// Returns whether the reason of the last emitted connection has this code.
    pub fn has_reason(&self, code: Code) -> bool {
        self.shown().last().is_some_and(|view| view.reason.as_ref().is_some_and(|reason| reason.code == code))
    }

    /// Returns whether a user is signed in.
    ///
    /// # Panics
    /// If the client has ended.
    pub async fn is_signed_in(&self) -> bool {
        let session = self.client.status().await.expect("status").session;
        matches!(session.state, SessionState::SignedIn | SessionState::Refreshed)
    }

    /// Returns a job; `None` if it does not exist.
    pub async fn job(&self, job_id: &str) -> Option<JobView> {
        self.client.job(JobId::new(job_id)).await.ok()
    }

    /// Returns the number of emitted batches of jobs.
    pub fn batches(&self) -> usize {
        self.recorder.seen().events.iter().filter(|event| matches!(event, Event::Jobs { .. })).count()
    }
}

fn begin(
    folder: &TempDir,
    settings: &SettingsService,
    recorder: Recorder,
) -> (Handle, ClockController, NetworkController, mpsc::Receiver<Url>) {
    let ((clock, clock_controller), (network, network_controller)) = (Clock::adjustable(), Network::controlled());
    let (browser, pages) = Browser::channel();
    let settings = settings.subscribe();
    let config =
        Config { clock, network, browser, settings, ..Config::new(folder.path().to_owned(), Keychain::Memory) };
    (start(config, recorder), clock_controller, network_controller, pages)
}

impl Seen {
    /// Returns the emitted connections, in order.
    pub fn connections(&self) -> impl Iterator<Item = &ConnectionView> {
        self.events.iter().filter_map(|event| if let Event::Connection(view) = event { Some(view) } else { None })
    }
}

/// Returns a `JOB_UPDATE` message.
pub fn update(job_id: &str, status: &str, percent: u32, time: &str) -> String {
    let data: Value = json!({ "status": status, "progress_percent": percent });
    json!({ "type": "JOB_UPDATE", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

/// Returns a job in progress in REST's shape.
pub fn running(job_id: &str) -> Value {
    json!({ "id": job_id, "status": "PROCESSING", "progress_percent": 1, "updated_at": "2026-01-01T00:00:00Z" })
}

/// Returns a finished job in REST's shape.
pub fn ended(job_id: &str, status: &str) -> Value {
    json!({ "id": job_id, "status": status, "progress_percent": 100, "updated_at": "2026-01-01T00:01:00Z" })
}
