//! What servers, files and people really send: nothing of it may crash, blind or mislead.

use std::{sync::Arc, time::Duration};

use tallylight_client::{Config, Handle, Identity, Keychain, start};
use tallylight_core::{JobId, discovery::parse_address, view::ConnectionState};
use tallylight_tests::{PublicBackend, Recorder};
use tempfile::TempDir;

mod messages;
mod public_backend;
mod rest_answers;
mod uploads;

/// After so many looks a scenario hangs. It is no measure of anything.
const POLL_LIMIT: usize = 6000;

/// A client signed in to the public backend.
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
        let world = Self::of(prepare).await;
        let is_live = |world: &Self| world.recorder.seen().connections().last().map(|view| view.state);
        world.until("live", |world| is_live(world) == Some(ConnectionState::Live)).await;
        world
    }

    async fn until(&self, what: &str, mut look: impl FnMut(&Self) -> bool) {
        for _ in 0..POLL_LIMIT {
            if look(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{what} did not come about; {}", self.client.report().await.unwrap_or_default());
    }

    async fn job(&self, id: i64) -> Option<tallylight_core::view::JobView> {
        self.client.job(JobId::new(id.to_string())).await.ok()
    }
}
