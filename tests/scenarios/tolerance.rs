//! Tolerance scenarios: input that servers, files and users really send must not crash, block or mislead the client.

use std::{sync::Arc, time::Duration};

use tallylight_client::{Config, Handle, Identity, Keychain, start};
use tallylight_core::{JobId, connection::ConnectionState, discovery::parse_address};
use tallylight_tests::{PublicBackend, Recorder};
use tempfile::TempDir;

mod messages;
mod public_backend;
mod rest_answers;
mod uploads;

/// The number of checks after which a scenario has failed. It is only a safety limit.
const POLL_LIMIT: usize = 6000;

/// A client that is signed in to the public backend.
struct PublicBackendHarness {
    backend: PublicBackend,
    client: Handle,
    recorder: Recorder,
    folder: Arc<TempDir>,
}

impl PublicBackendHarness {
    async fn of(prepare: impl FnOnce(&PublicBackend)) -> Self {
        let backend = PublicBackend::start().await;
        prepare(&backend);
        let (recorder, folder) = (Recorder::default(), Arc::new(tempfile::tempdir().expect("a folder")));
        let client = start(Config::new(folder.path().to_owned(), Keychain::Memory), recorder.clone());
        let address = parse_address(&backend.address).expect("an address");
        client.connect(address, Identity::Address).await.expect("discovery");
        client.sign_in("me@acme.tv".to_owned(), "password".into()).await.expect("signed in");
        client.synced().await.expect("the list");
        Self { backend, client, recorder, folder }
    }

    async fn live(prepare: impl FnOnce(&PublicBackend)) -> Self {
        let harness = Self::of(prepare).await;
        let is_live = |harness: &Self| harness.recorder.seen().connections().last().map(|view| view.state);
        harness.until("live", |harness| is_live(harness) == Some(ConnectionState::Live)).await;
        harness
    }

    async fn until(&self, what: &str, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..POLL_LIMIT {
            if look(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what} did not happen; {}", self.client.report().await.unwrap_or_default());
    }

    async fn job(&self, id: i64) -> Option<tallylight_view::JobView> {
        self.client.job(JobId::new(id.to_string())).await.ok()
    }
}
