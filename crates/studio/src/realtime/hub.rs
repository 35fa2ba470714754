//! The hub: broadcasts messages to every socket.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::broadcast;

/// How many messages a slow socket may lag behind before it is closed. Its client reconnects and refetches.
const LAG_LIMIT: usize = 4096;

/// A message with its recipients.
#[derive(Debug)]
pub struct Announcement {
    /// The account that owns the job.
    pub account_id: String,
    /// The job of the message.
    pub job_id: String,
    /// The sockets that receive it.
    pub audience: Audience,
    /// The message as JSON.
    pub text: String,
}

/// The sockets that receive a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Sockets that subscribed to the job.
    Subscribers,
    /// Every socket of the account, because clients cannot have subscribed to a new job.
    Account,
}

/// Broadcasts messages to all sockets.
#[derive(Clone, Debug)]
pub struct Hub(broadcast::Sender<Arc<Announcement>>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(LAG_LIMIT).0)
    }
}

impl Hub {
    /// Sends a message. It is dropped if no socket is connected.
    pub fn announce(&self, announcement: Announcement) {
        let _ = self.0.send(Arc::new(announcement));
    }

    /// Returns a receiver of all messages from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Announcement>> {
        self.0.subscribe()
    }
}

/// Returns a message of the protocol as JSON.
pub fn message(kind: &str, job_id: &str, data: &Value, timestamp: &str) -> String {
    json!({ "type": kind, "job_id": job_id, "data": data, "timestamp": timestamp }).to_string()
}
