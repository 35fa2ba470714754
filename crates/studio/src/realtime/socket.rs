//! The WebSocket: one task for each connection.

use std::{collections::BTreeSet, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::broadcast::error::RecvError, time::Instant};
use tokio_util::sync::CancellationToken;

use super::hub::{Announcement, Audience, Hub, message};
use crate::clock;

/// A client that misses this many heartbeats in a row is considered gone.
const MISSED_HEARTBEATS: u32 = 3;
/// The size limit of a client's frame, in bytes; a subscription of 500 ids fits.
pub const FRAME_LIMIT: usize = 256 << 10;
/// How many jobs one socket may subscribe to.
const SUBSCRIPTION_LIMIT: usize = 100_000;

#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Action {
    Subscribe { job_ids: Vec<String> },
    Heartbeat,
    Pong,
}

/// A connection of a client, which receives the messages of one account.
pub struct Connection {
    hub: Hub,
    account_id: String,
    /// The interval of heartbeats.
    heartbeat: Duration,
    /// Cancelled when the studio stops.
    stop: CancellationToken,
    subscribed: BTreeSet<String>,
    last_seen: Instant,
}

impl Connection {
    /// Returns a connection for an account, without subscriptions. It sends heartbeats in an interval, and ends when
    /// `stop` is cancelled.
    pub fn new(hub: Hub, account_id: String, heartbeat: Duration, stop: CancellationToken) -> Self {
        Self { hub, account_id, heartbeat, stop, subscribed: BTreeSet::new(), last_seen: Instant::now() }
    }

    /// Serves a socket until either side closes it.
    pub async fn run(mut self, mut socket: WebSocket) {
        let mut announcements = self.hub.subscribe();
        let mut heartbeat = tokio::time::interval_at(Instant::now() + self.heartbeat, self.heartbeat);
        loop {
            let outgoing = tokio::select! {
                announced = announcements.recv() => match announced {
                    Ok(sent) if self.receives(&sent.announcement) => Some(sent.announcement.text.clone()),
                    Ok(_) => None,
                    Err(RecvError::Lagged(_)) => return close(socket, 1013, "too slow: reconnect and refetch").await,
                    Err(RecvError::Closed) => return close(socket, 1001, "the studio is closing").await,
                },
                () = self.stop.cancelled() => return close(socket, 1001, "the studio is closing").await,
                _ = heartbeat.tick() => {
                    if self.last_seen.elapsed() > self.heartbeat * MISSED_HEARTBEATS {
                        return close(socket, 1001, "no heartbeat was answered").await;
                    }
                    Some(message("HEARTBEAT", "", &json!({}), &clock::now().to_string()))
                }
                incoming = socket.recv() => match incoming {
                    Some(Ok(incoming)) => { self.handle(&incoming); None }
                    Some(Err(_)) | None => return,
                },
            };
            if let Some(text) = outgoing
                && socket.send(Message::text(text)).await.is_err()
            {
                return;
            }
        }
    }

    fn receives(&self, announcement: &Announcement) -> bool {
        let is_meant = match announcement.audience {
            Audience::Account => true,
            Audience::Subscribers => self.subscribed.contains(&announcement.job_id),
            Audience::Channels | Audience::Rows => false,
        };
        announcement.account_id == self.account_id && is_meant
    }

    fn handle(&mut self, incoming: &Message) {
        self.last_seen = Instant::now();
        let Message::Text(text) = incoming else { return };
        // An unknown action comes from a newer client; the connection stays open.
        if let Ok(Action::Subscribe { job_ids }) = serde_json::from_str(text) {
            let room = SUBSCRIPTION_LIMIT.saturating_sub(self.subscribed.len());
            self.subscribed.extend(job_ids.into_iter().take(room));
        }
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}
