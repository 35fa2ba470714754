//! A client before a scripted backend, with a network between them and a clock that a test can move.

use std::{sync::atomic::AtomicBool, sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};
use tallylight_client::{
    Browser, Clock, ClockController, Config, Handle, Identity, Keychain, Network, NetworkController, start,
};
use tallylight_core::{
    Code, JobId,
    diagnostics::DiagnosticsView,
    discovery::parse_address,
    settings::Settings,
    view::{ConnectionState, ConnectionView, Event, JobView, SessionState},
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use url::Url;

use crate::{FaultProxy, Recorder, ScriptedBackend, Seen};

/// How often a look is taken at whether something has come about.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// After so many looks a scenario hangs. It is no measure of anything.
const POLL_LIMIT: usize = 6000;

/// Is a client, its backend, and everything between them.
pub struct ScriptedHarness {
    /// What answers.
    pub backend: ScriptedBackend,
    /// What stands between.
    pub proxy: FaultProxy,
    /// The client.
    pub client: Handle,
    /// What it showed.
    pub recorder: Recorder,
    /// Moves the client's clocks.
    pub clock: ClockController,
    /// Changes the client's network.
    pub network: NetworkController,
    /// The pages that were opened in the browser.
    pub pages: mpsc::Receiver<Url>,
    /// Where everything is.
    pub folder: TempDir,
    /// What the person chose, for the next start.
    pub settings: Settings,
}

impl ScriptedHarness {
    /// Starts it signed in, with a backend that was prepared.
    ///
    /// # Panics
    /// Where that fails.
    pub async fn set(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let harness = Self::signed_out(prepare).await;
        harness.sign_in("me@acme.tv").await;
        harness
    }

    /// Starts it connected to a backend, with nobody signed in.
    ///
    /// # Panics
    /// Where that fails.
    pub async fn signed_out(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let backend = ScriptedBackend::start().await;
        prepare(&backend);
        let proxy = FaultProxy::before(&backend.address).await;
        Self::connected(tempfile::tempdir().expect("a folder"), backend, proxy).await
    }

    /// Starts it signed in, in a folder that another client has left behind.
    ///
    /// # Panics
    /// Where that fails.
    pub async fn after(folder: TempDir, backend: ScriptedBackend, proxy: FaultProxy) -> Self {
        let harness = Self::connected(folder, backend, proxy).await;
        harness.sign_in("me@acme.tv").await;
        harness
    }

    async fn connected(folder: TempDir, backend: ScriptedBackend, proxy: FaultProxy) -> Self {
        let (recorder, settings) = (Recorder::default(), Settings::default());
        let (client, clock, network, pages) = begin(&folder, &settings, recorder.clone());
        let address = parse_address(&proxy.address).expect("an address");
        client.connect(address, Identity::Address).await.expect("discovery");
        Self { backend, proxy, client, recorder, clock, network, pages, folder, settings }
    }

    /// Starts it signed in and live, with everything that follows a connect done.
    pub async fn live(prepare: impl FnOnce(&ScriptedBackend)) -> Self {
        let harness = Self::set(prepare).await;
        harness.until("live, with the list fetched", |harness| harness.is_live() && harness.backend.lists() >= 2).await;
        harness.set_dismissed().await;
        harness
    }

    /// Signs somebody in.
    ///
    /// # Panics
    /// Where that fails.
    pub async fn sign_in(&self, email: &str) {
        self.client.sign_in(email.to_owned(), "password".into()).await.expect("signed in");
    }

    /// Lets settings take effect, now and at the next start.
    ///
    /// # Panics
    /// Where one of them cannot.
    pub async fn apply(&mut self, settings: Settings) {
        self.settings = settings.clone();
        self.client.apply(settings).await.expect("applied");
    }

    /// Ends the client and starts another in the same folder, signed in.
    ///
    /// # Panics
    /// Where that fails.
    pub async fn restart(&mut self) {
        self.client.shutdown().await;
        self.recorder = Recorder::default();
        (self.client, self.clock, self.network, self.pages) =
            begin(&self.folder, &self.settings, self.recorder.clone());
        let address = parse_address(&self.proxy.address).expect("an address");
        self.client.connect(address, Identity::Address).await.expect("discovery");
        self.sign_in("me@acme.tv").await;
    }

    /// Waits until a look at the scene finds what it looks for.
    ///
    /// # Panics
    /// Where it never does.
    pub async fn until(&self, what: &str, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..POLL_LIMIT {
            if look(self) {
                return;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        panic!("{what} did not come about; {}", self.client.report().await.unwrap_or_default());
    }

    /// Waits likewise, while time passes much faster than it does.
    ///
    /// # Panics
    /// Where it never comes about.
    pub async fn sooner(&self, what: &str, step: Duration, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..POLL_LIMIT {
            if look(self) {
                return;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
            self.clock.advance(step);
        }
        panic!("{what} did not come about; {}", self.client.report().await.unwrap_or_default());
    }

    /// Waits until whatever was sent before is taken in: an answer to a heartbeat stands behind it.
    pub async fn set_dismissed(&self) {
        let answers = |harness: &Self| harness.backend.heard().iter().filter(|said| said["action"] == "pong").count();
        let before = answers(self);
        self.backend.say(r#"{"type":"ping"}"#);
        self.until("the answer to a ping", |harness| answers(harness) > before).await;
    }

    /// Waits until everything that ended was told, and returns how many jobs that were.
    pub async fn told(&self) -> usize {
        self.clock.advance(Duration::from_secs(15));
        self.set_dismissed().await;
        self.recorder.seen().notices.iter().map(|notice| notice.job_ids.len()).sum()
    }

    /// Lets the wait for the next attempt pass.
    pub async fn skip_wait(&self) {
        let wait = self.connection().await.retry_in_ms.unwrap_or_default();
        self.clock.advance(Duration::from_millis(wait));
    }

    /// Returns the connection as it is now.
    ///
    /// # Panics
    /// Where the client has ended.
    pub async fn connection(&self) -> ConnectionView {
        self.client.status().await.expect("status").connection
    }

    /// Changes the network, and waits until the client has heard of it.
    pub async fn change_network(&self) {
        let before = self.diagnostics().await.counters.network_changes;
        self.network.change();
        while self.diagnostics().await.counters.network_changes == before {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns what is remembered of the connection.
    ///
    /// # Panics
    /// Where the client has ended.
    pub async fn diagnostics(&self) -> DiagnosticsView {
        self.client.diagnostics().await.expect("diagnostics")
    }

    /// Returns the state and the code of why it is so.
    pub async fn state(&self) -> (ConnectionState, Option<Code>) {
        let connection = self.connection().await;
        (connection.state, connection.reason.map(|reason| reason.code))
    }

    /// Returns the connections that were shown, in order.
    pub fn shown(&self) -> Vec<ConnectionView> {
        self.recorder.seen().connections().cloned().collect()
    }

    /// Tells whether the last state that was shown is this.
    pub fn is(&self, state: ConnectionState) -> bool {
        self.shown().last().is_some_and(|view| view.state == state)
    }

    /// Tells whether the last state that was shown is live.
    pub fn is_live(&self) -> bool {
        self.is(ConnectionState::Live)
    }

    /// Tells whether the last reason that was shown has a code.
    pub fn is_because(&self, code: Code) -> bool {
        self.shown().last().is_some_and(|view| view.reason.as_ref().is_some_and(|reason| reason.code == code))
    }

    /// Tells whether somebody is signed in.
    ///
    /// # Panics
    /// Where the client has ended.
    pub async fn is_signed_in(&self) -> bool {
        let session = self.client.status().await.expect("status").session;
        matches!(session.state, SessionState::SignedIn | SessionState::Refreshed)
    }

    /// Returns a job.
    pub async fn job(&self, job_id: &str) -> Option<JobView> {
        self.client.job(JobId::new(job_id)).await.ok()
    }

    /// Returns how many batches of jobs were shown.
    pub fn batches(&self) -> usize {
        self.recorder.seen().events.iter().filter(|event| matches!(event, Event::Jobs { .. })).count()
    }
}

fn begin(
    folder: &TempDir,
    settings: &Settings,
    recorder: Recorder,
) -> (Handle, ClockController, NetworkController, mpsc::Receiver<Url>) {
    let ((clock, clock_hand), (network, network_hand)) = (Clock::adjustable(), Network::by_hand());
    let (browser, pages) = Browser::by_hand();
    let settings = settings.clone();
    let config =
        Config { clock, network, browser, settings, ..Config::new(folder.path().to_owned(), Keychain::Memory) };
    (start(config, recorder), clock_hand, network_hand, pages)
}

impl Seen {
    /// Returns the connections that were shown, in order.
    pub fn connections(&self) -> impl Iterator<Item = &ConnectionView> {
        self.events.iter().filter_map(|event| if let Event::Connection(view) = event { Some(view) } else { None })
    }
}

/// Stalls a shell, as a window that hangs does.
#[derive(Debug, Default)]
pub struct Stall(AtomicBool);

impl Stall {
    /// Hangs, or goes on.
    pub fn set(&self, hangs: impl Into<bool>) {
        self.0.store(hangs.into(), Ordering::SeqCst);
    }

    pub(crate) fn hangs(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Returns a JOB_UPDATE.
pub fn update(job_id: &str, status: &str, percent: u32, time: &str) -> String {
    let data: Value = json!({ "status": status, "progress_percent": percent });
    json!({ "type": "JOB_UPDATE", "job_id": job_id, "data": data, "timestamp": time }).to_string()
}

/// Returns a running job, as REST answers it.
pub fn running(job_id: &str) -> Value {
    json!({ "id": job_id, "status": "PROCESSING", "progress_percent": 1, "updated_at": "2026-01-01T00:00:00Z" })
}

/// Returns a job that has ended, as REST answers it.
pub fn ended(job_id: &str, status: &str) -> Value {
    json!({ "id": job_id, "status": status, "progress_percent": 100, "updated_at": "2026-01-01T00:01:00Z" })
}
