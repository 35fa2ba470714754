//! Hearing of changes of this computer's network: another Wi-Fi, a cable, a VPN.

use std::time::Duration;

use tokio::sync::mpsc;

/// A change comes as a burst of addresses that go and come; it is over after so long without another.
const SETTLED: Duration = Duration::from_millis(500);

/// Tells when the network changed.
pub struct Network {
    changes: mpsc::Receiver<()>,
    /// Ends the watching when it is dropped.
    watch: Option<netwatcher::WatchHandle>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("watches", &self.watch.is_some()).finish_non_exhaustive()
    }
}

/// Says that the network changed, so that a test can pull a cable that is not there.
#[derive(Clone, Debug)]
pub struct NetworkHand(mpsc::Sender<()>);

impl Network {
    /// Listens to the system: netlink on Linux, the notifications of macOS and Windows. Where that fails, silence tells
    /// of a dead connection later.
    pub fn system() -> Self {
        let (mut network, hand) = Self::by_hand();
        match netwatcher::watch_interfaces_with_callback(move |update| {
            if !update.is_initial && matters(&update) {
                hand.change();
            }
        }) {
            Ok(watch) => network.watch = Some(watch),
            Err(error) => tracing::warn!(?error, "changes of the network go unnoticed"),
        }
        network
    }

    /// Listens to a hand.
    pub fn by_hand() -> (Self, NetworkHand) {
        // One waiting change says as much as many.
        let (sender, changes) = mpsc::channel(1);
        (Self { changes, watch: None }, NetworkHand(sender))
    }

    /// Waits for the end of the next change; for ever where nobody tells.
    pub async fn changed(&mut self) {
        if self.changes.recv().await.is_none() {
            return std::future::pending().await;
        }
        while let Ok(Some(())) = tokio::time::timeout(SETTLED, self.changes.recv()).await {}
    }
}

impl NetworkHand {
    /// Says that the network changed.
    pub fn change(&self) {
        let _ = self.0.try_send(());
    }
}

/// Tells whether an address came or went that leads out of this computer.
fn matters(update: &netwatcher::Update) -> bool {
    let leads_out = |ip: std::net::IpAddr| match ip {
        std::net::IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_link_local(),
        std::net::IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unicast_link_local(),
    };
    update.addrs_added().chain(update.addrs_removed()).any(|(_, record)| leads_out(record.ip))
}
