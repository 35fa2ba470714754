//! Hearing of changes of this computer's network: another Wi-Fi, a cable, a VPN.

use std::time::Duration;

use netwatcher::{AsyncWatch, async_adapter::Tokio, watch_interfaces_async};
use tokio::sync::mpsc;

/// A change comes as a burst of addresses that go and come; it is over after so long without another.
const SETTLED: Duration = Duration::from_millis(500);

/// Tells when the network changed.
pub struct Network(Source);

/// Who tells.
enum Source {
    /// The system, which is not listened to yet.
    NotYet,
    /// The system: netlink on Linux, the notifications of macOS and Windows.
    System(Box<AsyncWatch>),
    /// A test.
    Hand(mpsc::Receiver<()>),
    /// Nobody: the system cannot be listened to, and silence tells of a dead connection later.
    Nobody,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let watches = matches!(self.0, Source::NotYet | Source::System(_));
        f.debug_struct("Network").field("watches", &watches).finish()
    }
}

/// Says that the network changed, so that a test can pull a cable that is not there.
#[derive(Clone, Debug)]
pub struct NetworkController(mpsc::Sender<()>);

impl Network {
    /// Listens to the system from the first wait on. Without a thread of its own: netwatcher's ends by a pipe that programs
    /// which we start inherit, so that its end would wait for theirs.
    pub fn system() -> Self {
        Self(Source::NotYet)
    }

    /// Listens to a hand.
    pub fn by_hand() -> (Self, NetworkController) {
        // One waiting change says as much as many.
        let (sender, changes) = mpsc::channel(1);
        (Self(Source::Hand(changes)), NetworkController(sender))
    }

    /// Waits for the end of the next change; for ever where nobody tells.
    pub async fn changed(&mut self) {
        self.next().await;
        while tokio::time::timeout(SETTLED, self.next()).await.is_ok() {}
    }

    async fn next(&mut self) {
        if let Source::NotYet = self.0 {
            self.0 = match watch_interfaces_async::<Tokio>() {
                Ok(watch) => Source::System(Box::new(watch)),
                Err(error) => {
                    tracing::warn!(?error, "changes of the network go unnoticed");
                    Source::Nobody
                }
            };
        }
        match &mut self.0 {
            Source::System(watch) => loop {
                let update = watch.changed().await;
                if !update.is_initial && matters(&update) {
                    return;
                }
            },
            Source::Hand(changes) => {
                if changes.recv().await.is_none() {
                    std::future::pending::<()>().await;
                }
            }
            Source::NotYet | Source::Nobody => std::future::pending().await,
        }
    }
}

impl NetworkController {
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
