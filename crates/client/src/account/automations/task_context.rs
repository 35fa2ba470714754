//! What an automation needs to run.

use std::sync::Arc;

use tallylight_core::locale::Locale;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::{
    net::connector::NetworkConnector,
    platform::{clock::Clock, keychain::TokenStore},
};

/// The stores of the secrets of webhooks.
#[derive(Clone, Debug)]
pub(in crate::account) struct WebhookSecrets {
    /// The store of the secret that signs webhooks.
    pub(in crate::account) signing: TokenStore,
    /// The store of the keys of Pushover.
    pub(in crate::account) pushover: TokenStore,
}

/// What a task needs to run.
#[derive(Clone, Debug)]
pub(super) struct TaskContext {
    /// The secrets of webhooks.
    pub(super) secrets: WebhookSecrets,
    /// The language of messages.
    pub(super) locale: Locale,
    /// Proxy and certificates.
    pub(super) connector: NetworkConnector,
    /// The source of timestamps.
    pub(super) clock: Clock,
    /// Cancelled when the program ends.
    pub(super) shutdown: CancellationToken,
    /// A permit for each task that may run at the same time; a task that waits for its next attempt holds none.
    pub(super) permits: Arc<Semaphore>,
}

impl TaskContext {
    /// Waits for a permit; returns none once the program ends.
    pub(super) async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        self.shutdown.run_until_cancelled(self.permits.acquire()).await?.ok()
    }
}
