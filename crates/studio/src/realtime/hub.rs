//! The hub: broadcasts messages to every socket, and keeps the newest for channels that ask for what they missed.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::clock;

/// How many messages a slow socket may lag behind before it is closed. Its client reconnects and refetches.
const LAG_LIMIT: usize = 4096;
/// How many messages are kept, and how large they are together, in bytes.
const KEPT: usize = 1_000;
const KEPT_BYTES: usize = 4 << 20;

/// A message with its recipients.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// The account that owns the job.
    pub account_id: String,
    /// The job of the message.
    pub job_id: String,
    /// The sockets that receive it.
    pub audience: Audience,
    /// The type of the message, such as `JOB_UPDATE`.
    pub kind: String,
    /// The message as JSON.
    pub text: String,
}

/// The sockets that receive a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Sockets that subscribed to the job, and the channels of the account.
    Subscribers,
    /// Every socket of the account, because clients cannot have subscribed to a new job.
    Account,
    /// The channels of the account only: what a program sent there.
    Channels,
    /// The channels of the account that asked for changed rows.
    Rows,
}

/// A message that was sent.
#[derive(Debug)]
pub struct Sent {
    /// Its id, by which a channel recognises one that it received before.
    pub id: Uuid,
    /// When it was sent.
    pub at: Timestamp,
    /// The message.
    pub announcement: Announcement,
}

/// Broadcasts messages to all sockets.
#[derive(Clone, Debug)]
pub struct Hub {
    sender: broadcast::Sender<Arc<Sent>>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    messages: VecDeque<Arc<Sent>>,
    bytes: usize,
}

impl Default for Hub {
    fn default() -> Self {
        Self { sender: broadcast::channel(LAG_LIMIT).0, kept: Arc::default() }
    }
}

impl Hub {
    /// Sends a message. Without a socket it is only kept.
    pub fn announce(&self, announcement: Announcement) {
        let sent = Arc::new(Sent { id: Uuid::new_v4(), at: clock::now(), announcement });
        // Sent while the lock is held, so that a channel receives each message either as kept or as new.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.announcement.audience != Audience::Rows {
            kept.add(&sent);
        }
        let _ = self.sender.send(sent);
    }

    /// Returns a receiver of all messages from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Sent>> {
        self.sender.subscribe()
    }

    /// Returns the newest messages of an account since a time, the oldest first.
    pub fn since(&self, account_id: &str, since: Timestamp, limit: usize) -> Vec<Arc<Sent>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let is_wanted = |sent: &&Arc<Sent>| sent.announcement.account_id == account_id && sent.at >= since;
        let mut newest: Vec<Arc<Sent>> = kept.messages.iter().rev().filter(is_wanted).take(limit).cloned().collect();
        newest.reverse();
        newest
    }
}

impl Kept {
    fn add(&mut self, sent: &Arc<Sent>) {
        self.bytes += sent.announcement.text.len();
        self.messages.push_back(Arc::clone(sent));
        while self.messages.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.messages.pop_front() else { return };
            self.bytes -= oldest.announcement.text.len();
        }
    }
}

/// Returns a message of the protocol as JSON.
pub fn message(kind: &str, job_id: &str, data: &Value, timestamp: &str) -> String {
    json!({ "type": kind, "job_id": job_id, "data": data, "timestamp": timestamp }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announce(hub: &Hub, account_id: &str, text: &str, audience: Audience) {
        let (account_id, text) = (account_id.to_owned(), text.to_owned());
        hub.announce(Announcement {
            account_id,
            job_id: "7".to_owned(),
            audience,
            kind: "JOB_UPDATE".to_owned(),
            text,
        });
    }

    fn texts(hub: &Hub, since: Timestamp, limit: usize) -> Vec<String> {
        hub.since("a", since, limit).iter().map(|sent| sent.announcement.text.clone()).collect()
    }

    #[test]
    fn newest_messages_of_an_account_are_kept_in_order() {
        let hub = Hub::default();
        for text in ["1", "2", "3"] {
            announce(&hub, "a", text, Audience::Subscribers);
            announce(&hub, "b", "other", Audience::Account);
        }
        announce(&hub, "a", "row", Audience::Rows);
        assert_eq!(texts(&hub, Timestamp::MIN, 25), ["1", "2", "3"]);
        assert_eq!(texts(&hub, Timestamp::MIN, 2), ["2", "3"]);
        assert!(texts(&hub, Timestamp::MAX, 25).is_empty());
    }

    #[test]
    fn kept_messages_are_limited_by_number_and_size() {
        let hub = Hub::default();
        for number in 0..KEPT + 5 {
            announce(&hub, "a", &number.to_string(), Audience::Subscribers);
        }
        assert_eq!(texts(&hub, Timestamp::MIN, KEPT * 2).len(), KEPT);
        announce(&hub, "a", &"x".repeat(KEPT_BYTES - 10), Audience::Subscribers);
        assert!(texts(&hub, Timestamp::MIN, KEPT * 2).len() < 10);
    }
}
