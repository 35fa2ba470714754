//! Spreads messages to every socket.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::broadcast;

/// How many messages a slow socket may lag behind before it is dropped, to refetch after its reconnect.
const LAG_LIMIT: usize = 4096;

/// Is one message on its way to the sockets.
#[derive(Debug)]
pub struct Announcement {
    /// Whose job it is about.
    pub account_id: String,
    /// Which job it is about.
    pub job_id: String,
    /// Who gets it.
    pub audience: Audience,
    /// The message as JSON.
    pub text: String,
}

/// Tells who gets a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Sockets that subscribed to the job.
    Subscribers,
    /// Every socket of the account, because nobody can subscribe to a job that is new.
    Account,
}

/// Spreads messages.
#[derive(Clone, Debug)]
pub struct Hub(broadcast::Sender<Arc<Announcement>>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(LAG_LIMIT).0)
    }
}

impl Hub {
    /// Sends a message; nobody listening is no error.
    pub fn announce(&self, announcement: Announcement) {
        let _ = self.0.send(Arc::new(announcement));
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Announcement>> {
        self.0.subscribe()
    }
}

/// Returns a message of the specification as JSON.
pub fn message(kind: &str, job_id: &str, data: &Value, timestamp: &str) -> String {
    json!({ "type": kind, "job_id": job_id, "data": data, "timestamp": timestamp }).to_string()
}
