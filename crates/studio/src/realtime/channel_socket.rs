//! A socket with channels: one task for each connection.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use serde_json::{Value, json};
use tokio::{sync::broadcast::error::RecvError, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    channel::{Channel, Delivery},
    hub::{Announcement, Audience, Hub, Sent},
    phoenix::{Head, Incoming, Version},
};
use crate::{auth::tokens::Tokens, clock};

/// How long a client may be silent. Its heartbeats come every 25 seconds.
const SILENCE_LIMIT: Duration = Duration::from_mins(1);
/// How often expired tokens and silent clients are looked for.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The most channels that one socket may join.
const CHANNEL_LIMIT: usize = 100;

/// A connection of a client.
pub struct ChannelConnection {
    hub: Hub,
    tokens: Tokens,
    version: Version,
    /// Cancelled when the studio stops.
    stop: CancellationToken,
    channels: BTreeMap<String, Channel>,
    last_seen: Instant,
    /// The frames to send.
    outgoing: Vec<String>,
}

impl ChannelConnection {
    /// Returns a connection without channels, which ends when `stop` is cancelled.
    pub fn new(hub: Hub, tokens: Tokens, version: Version, stop: CancellationToken) -> Self {
        let (channels, outgoing) = (BTreeMap::new(), Vec::new());
        Self { hub, tokens, version, stop, channels, last_seen: Instant::now(), outgoing }
    }

    /// Serves a socket until either side closes it.
    pub async fn run(mut self, mut socket: WebSocket) {
        let mut announcements = self.hub.subscribe();
        let mut check = tokio::time::interval(CHECK_INTERVAL);
        loop {
            tokio::select! {
                announced = announcements.recv() => match announced {
                    Ok(sent) => self.forward(&sent),
                    Err(RecvError::Lagged(_)) => return close(socket, 1013, "too slow: reconnect and refetch").await,
                    Err(RecvError::Closed) => return close(socket, 1001, "the studio is closing").await,
                },
                () = self.stop.cancelled() => return close(socket, 1001, "the studio is closing").await,
                _ = check.tick() => {
                    if self.last_seen.elapsed() > SILENCE_LIMIT {
                        return close(socket, 1000, "no heartbeat").await;
                    }
                    self.end_expired();
                }
                incoming = socket.recv() => match incoming {
                    Some(Ok(incoming)) => self.handle(&incoming),
                    Some(Err(_)) | None => return,
                },
            }
            for text in std::mem::take(&mut self.outgoing) {
                if socket.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
        }
    }

    fn handle(&mut self, message: &Message) {
        self.last_seen = Instant::now();
        let incoming = match message {
            Message::Text(text) => self.version.read(text),
            Message::Binary(bytes) => Version::read_binary(bytes),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
        };
        let Some(incoming) = incoming else { return };
        match incoming.event.as_str() {
            "heartbeat" if incoming.topic == "phoenix" => self.reply(&incoming, "ok", &json!({})),
            "phx_join" => self.join(&incoming),
            "phx_leave" => {
                self.reply(&incoming, "ok", &json!({}));
                self.leave(&incoming.topic);
            }
            "access_token" => self.renew_token(&incoming),
            "broadcast" => self.broadcast(&incoming),
            // Presence is not offered.
            "presence" => self.reply(&incoming, "ok", &json!({})),
            _ if self.channels.contains_key(&incoming.topic) => {}
            _ => self.reply(&incoming, "error", &json!({ "reason": "unmatched topic" })),
        }
    }

    fn join(&mut self, incoming: &Incoming) {
        let join_ref = incoming.join_ref.clone().or_else(|| incoming.reference.clone());
        if self.channels.len() >= CHANNEL_LIMIT && !self.channels.contains_key(&incoming.topic) {
            let reason = json!({ "reason": "ChannelRateLimitReached: Too many channels" });
            return self.reply(incoming, "error", &reason);
        }
        let joined = Channel::join(&incoming.topic, join_ref, &incoming.payload, &self.tokens);
        // A topic that is joined again ends the channel before.
        self.leave(&incoming.topic);
        match joined {
            Err(reason) => self.reply(incoming, "error", &json!({ "reason": reason })),
            Ok((channel, response)) => {
                self.reply(incoming, "ok", &response);
                if channel.reports_rows() {
                    self.system(&channel, "postgres_changes", "ok", "Subscribed to PostgreSQL");
                }
                if let Some(replay) = channel.replay {
                    for sent in self.hub.since(&channel.account_id, replay.since, replay.limit) {
                        self.push(&channel, channel.payload(&sent, Delivery::Replayed));
                    }
                }
                self.channels.insert(incoming.topic.clone(), channel);
            }
        }
    }

    /// Ends a channel, if it is joined.
    fn leave(&mut self, topic: &str) {
        if let Some(channel) = self.channels.remove(topic) {
            let join_ref = channel.join_ref.as_deref();
            let head = Head { join_ref, reference: join_ref, topic, event: "phx_close" };
            self.outgoing.push(self.version.write(head, "{}"));
        }
    }

    /// Ends a channel with an error.
    fn fail(&mut self, topic: &str, message: &str) {
        if let Some(channel) = self.channels.remove(topic) {
            self.system(&channel, "system", "error", message);
            self.channels.insert(topic.to_owned(), channel);
            self.leave(topic);
        }
    }

    fn renew_token(&mut self, incoming: &Incoming) {
        let Some(channel) = self.channels.get_mut(&incoming.topic) else { return };
        let Some(token) = incoming.payload["access_token"].as_str() else { return };
        if let Err(message) = channel.renew(token, &self.tokens) {
            self.fail(&incoming.topic, &message);
        }
    }

    fn end_expired(&mut self) {
        let now = clock::now().as_second();
        let is_expired = |channel: &&Channel| channel.expires <= now;
        let expired: Vec<(String, i64)> =
            self.channels.values().filter(is_expired).map(|channel| (channel.topic.clone(), channel.expires)).collect();
        for (topic, expires) in expired {
            self.fail(&topic, &format!("Token has expired {} seconds ago", now - expires));
        }
    }

    /// Passes a message of a client on to the channels of its account.
    fn broadcast(&mut self, incoming: &Incoming) {
        let Some(channel) = self.channels.get(&incoming.topic) else { return };
        let (event, payload) = (&incoming.payload["event"], &incoming.payload["payload"]);
        self.hub.announce(Announcement {
            account_id: channel.account_id.clone(),
            job_id: String::new(),
            audience: Audience::Channels,
            kind: event.as_str().unwrap_or_default().to_owned(),
            text: payload.to_string(),
        });
        if incoming.reference.is_some() {
            self.reply(incoming, "ok", &json!({}));
        }
    }

    fn forward(&mut self, sent: &Arc<Sent>) {
        let payloads: Vec<_> = self
            .channels
            .values()
            .filter_map(|channel| Some(self.frame(channel, channel.payload(sent, Delivery::New)?)))
            .collect();
        self.outgoing.extend(payloads);
    }

    fn push(&mut self, channel: &Channel, payload: Option<(&str, String)>) {
        self.outgoing.extend(payload.map(|payload| self.frame(channel, payload)));
    }

    fn frame(&self, channel: &Channel, (event, payload): (&str, String)) -> String {
        self.version.write(Head { topic: &channel.topic, event, ..Head::default() }, &payload)
    }

    fn system(&mut self, channel: &Channel, extension: &str, status: &str, message: &str) {
        let name = channel.topic.trim_start_matches(super::channel::PREFIX);
        let payload = json!({ "extension": extension, "status": status, "message": message, "channel": name });
        self.push(channel, Some(("system", payload.to_string())));
    }

    fn reply(&mut self, incoming: &Incoming, status: &str, response: &Value) {
        let head = Head {
            join_ref: incoming.join_ref.as_deref(),
            reference: incoming.reference.as_deref(),
            topic: &incoming.topic,
            event: "phx_reply",
        };
        let payload = json!({ "status": status, "response": response }).to_string();
        self.outgoing.push(self.version.write(head, &payload));
    }
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
}
