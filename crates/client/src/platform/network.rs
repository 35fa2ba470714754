//! Detects changes of this computer's network: another Wi-Fi, a cable, a VPN
//! (docs/adr/0026-network-change-detection.md).

use std::time::Duration;

use netwatcher::{AsyncWatch, async_adapter::Tokio, watch_interfaces_async};
use tokio::sync::mpsc;

/// How long no further event may follow before a change counts as complete: it arrives as a burst of removed and added
/// addresses.
const SETTLE_TIME: Duration = Duration::from_millis(500);

/// The source of network changes.
pub struct Network(Source);

/// Where the changes come from.
enum Source {
    /// The system, not watched yet.
    Unwatched,
    /// The system: netlink on Linux, the notifications of macOS and Windows.
    System(Box<AsyncWatch>),
    /// A test's [`NetworkController`].
    Controller(mpsc::Receiver<()>),
    /// None: the system cannot be watched. A dead connection is then detected by missing heartbeats.
    Unavailable,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let watches = matches!(self.0, Source::Unwatched | Source::System(_));
        f.debug_struct("Network").field("watches", &watches).finish()
    }
}

/// Reports a network change, for tests.
#[derive(Clone, Debug)]
pub struct NetworkController(mpsc::Sender<()>);

impl Network {
    /// Creates the system's source, which is watched from the first [`Self::changed`] on. It uses no thread:
    /// netwatcher's thread ends through a pipe that child processes inherit, so it would wait for their end.
    pub fn system() -> Self {
        Self(Source::Unwatched)
    }

    /// Creates a source that a test controls.
    pub fn controlled() -> (Self, NetworkController) {
        // The channel holds one change: more would cause the same reaction.
        let (sender, changes) = mpsc::channel(1);
        (Self(Source::Controller(changes)), NetworkController(sender))
    }

    /// Waits until the next change is complete; forever if there is no source.
    pub async fn changed(&mut self) {
        self.next().await;
        while tokio::time::timeout(SETTLE_TIME, self.next()).await.is_ok() {}
    }

    async fn next(&mut self) {
        if let Source::Unwatched = self.0 {
            self.0 = match watch_interfaces_async::<Tokio>() {
                Ok(watch) => Source::System(Box::new(watch)),
                Err(error) => {
                    tracing::warn!(?error, "network changes cannot be watched");
                    Source::Unavailable
                }
            };
        }
        match &mut self.0 {
            Source::System(watch) => loop {
                let update = watch.changed().await;
                if !update.is_initial && changes_reachability(&update) {
                    return;
                }
            },
            Source::Controller(changes) => {
                if changes.recv().await.is_none() {
                    std::future::pending::<()>().await;
                }
            }
            Source::Unwatched | Source::Unavailable => std::future::pending().await,
        }
    }
}

impl NetworkController {
    /// Reports a network change.
    pub fn change(&self) {
        let _ = self.0.try_send(());
    }
}

/// Returns whether an address was added or removed that is neither loopback nor link-local.
fn changes_reachability(update: &netwatcher::Update) -> bool {
    let is_routable = |ip: std::net::IpAddr| match ip {
        std::net::IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_link_local(),
        std::net::IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unicast_link_local(),
    };
    update.addrs_added().chain(update.addrs_removed()).any(|(_, record)| is_routable(record.ip))
}
