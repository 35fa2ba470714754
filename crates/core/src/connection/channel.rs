//! A channel of Supabase Realtime as a state machine: it joins, keeps its heartbeat, and reads what arrives. It ends with
//! its socket; [`super::Connection`] decides when the next one is opened. Source: docs/protocol.md#realtime.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{Closed, Refusal};
use crate::{
    Code,
    error::Error,
    protocol::{
        Frame, Rejected,
        phoenix::{Push, Received, SystemMessage, Version},
    },
};

mod refusal;

/// The interval of heartbeats.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(25);
/// The time in which a heartbeat must be answered.
const HEARTBEAT_LIMIT: Duration = Duration::from_secs(10);
/// The topic of heartbeats.
const HEARTBEAT_TOPIC: &str = "phoenix";
/// The most messages that a server replays.
const REPLAY_LIMIT: u32 = 25;

/// What a channel is joined with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelConfig {
    /// The topic, without `realtime:`.
    pub topic: String,
    /// The format of frames.
    pub version: Version,
    /// The tables whose changed rows are reported, such as `video_jobs` or `schema.table`.
    pub tables: Vec<String>,
    /// From when on missed messages are asked for, in Unix milliseconds.
    pub replay_since: Option<i64>,
}

/// A channel, from the open socket to its end.
#[derive(Debug)]
pub struct Channel {
    config: ChannelConfig,
    /// Against what relative URLs in messages are resolved.
    api_url: Option<Url>,
    state: State,
    /// The access token, to join anew.
    token: SecretString,
    references: u64,
    join_ref: String,
    /// When the next heartbeat is sent.
    heartbeat_at: Duration,
    /// The reference of a heartbeat that is not answered yet, and until when it must be.
    unanswered: Option<(String, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Joining,
    Joined,
    /// Nothing that still arrives counts.
    Ended,
}

/// What a channel asks for, or reports.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelEffect {
    /// Send this text.
    Send(String),
    /// The channel is joined: the connection is open.
    Joined,
    /// The channel could not be joined.
    Refused(Refusal),
    /// The channel ended.
    Closed(Closed),
    /// A frame arrived: a message with its id, or a sign of life.
    Received(Result<Frame, Rejected>, Option<String>),
    /// The backend reports no changed rows, for this reason.
    TablesRefused(String),
}

impl Channel {
    /// Returns a channel that is not joined yet.
    pub fn new(config: ChannelConfig, api_url: Option<Url>) -> Self {
        Self {
            config,
            api_url,
            state: State::Joining,
            token: SecretString::default(),
            references: 0,
            join_ref: String::new(),
            heartbeat_at: HEARTBEAT_INTERVAL,
            unanswered: None,
        }
    }

    /// Joins with an access token once the socket is open, and returns the text to send.
    pub fn join(&mut self, token: &SecretString) -> String {
        self.token = token.clone();
        self.state = State::Joining;
        self.join_ref = self.next_reference();
        let config = &self.config;
        let tables = config.tables.iter().map(|table| {
            let (schema, table) = table.split_once('.').unwrap_or(("public", table));
            json!({ "event": "*", "schema": schema, "table": table })
        });
        let mut broadcast = json!({ "ack": false, "self": false });
        if let Some(since) = config.replay_since {
            broadcast["replay"] = json!({ "since": since, "limit": REPLAY_LIMIT });
        }
        let payload = json!({
            "config": {
                "broadcast": broadcast,
                "presence": { "enabled": false },
                "postgres_changes": tables.collect::<Vec<Value>>(),
                "private": true,
            },
            "access_token": token.expose_secret(),
        });
        let reference = self.join_ref.clone();
        self.push("phx_join", &reference, &payload)
    }

    /// Hands a fresh access token to the channel, and returns the text to send; nothing before the channel is joined.
    pub fn renew_token(&mut self, token: &SecretString) -> Option<String> {
        self.token = token.clone();
        if self.state != State::Joined {
            return None;
        }
        let reference = self.next_reference();
        Some(self.push("access_token", &reference, &json!({ "access_token": token.expose_secret() })))
    }

    /// Returns when [`Channel::tick`] is due, since the socket opened.
    pub fn deadline(&self) -> Duration {
        self.unanswered.as_ref().map_or(self.heartbeat_at, |(_, until)| *until)
    }

    /// Sends a heartbeat that is due, or gives up a peer that did not answer one.
    pub fn tick(&mut self, now: Duration) -> Option<ChannelEffect> {
        if self.state == State::Ended || now < self.deadline() {
            return None;
        }
        if self.unanswered.take().is_some() {
            let error = Error::new(Code::Silent, "The studio's live updates stopped responding.");
            return Some(self.ended(Closed::Lost(error)));
        }
        Some(ChannelEffect::Send(self.heartbeat(now)))
    }

    /// Returns a heartbeat to send now, which proves whether the peer is alive.
    pub fn heartbeat(&mut self, now: Duration) -> String {
        let reference = self.next_reference();
        self.heartbeat_at = now + HEARTBEAT_INTERVAL;
        self.unanswered = Some((reference.clone(), now + HEARTBEAT_LIMIT));
        let push = Push {
            join_ref: None,
            reference: &reference,
            topic: HEARTBEAT_TOPIC,
            event: "heartbeat",
            payload: &json!({}),
        };
        push.to_text(self.config.version)
    }

    /// Handles a frame that arrived.
    pub fn received(&mut self, frame: Result<Received<'_>, Rejected>) -> Vec<ChannelEffect> {
        if self.state == State::Ended {
            return Vec::new();
        }
        match frame {
            Err(rejected) => vec![ChannelEffect::Received(Err(rejected), None)],
            Ok(received) if received.topic == HEARTBEAT_TOPIC => self.heartbeat_answered(&received),
            Ok(received) if received.topic == self.topic() && self.is_of_this_join(&received) => self.handle(&received),
            // A frame of another topic, or of an earlier join, which the server closes when a channel is joined again.
            Ok(_) => Vec::new(),
        }
    }

    fn handle(&mut self, received: &Received<'_>) -> Vec<ChannelEffect> {
        match received.event.as_str() {
            "phx_reply" if received.reference.as_deref() == Some(&self.join_ref) => self.join_answered(received),
            "phx_error" => vec![self.lost("The studio's live updates failed.")],
            "phx_close" => vec![self.lost("The studio closed the live updates.")],
            "system" => self.system(received.system()),
            "broadcast" => {
                let broadcast = received.broadcast(&self.config.tables, self.api_url.as_ref());
                broadcast.frame.map(|frame| ChannelEffect::Received(frame, broadcast.id)).into_iter().collect()
            }
            "postgres_changes" | "INSERT" | "UPDATE" | "DELETE" => {
                let change = received.change(&self.config.tables);
                change.map(|change| ChannelEffect::Received(Ok(Frame::Changed(change)), None)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn join_answered(&mut self, received: &Received<'_>) -> Vec<ChannelEffect> {
        let reply = received.reply();
        if self.state == State::Joined {
            return Vec::new();
        }
        if reply.is_ok {
            self.state = State::Joined;
            return vec![ChannelEffect::Joined];
        }
        if self.config.replay_since.is_some() && reply.reason.contains("Replay") {
            // What was missed comes with the list.
            self.config.replay_since = None;
            return vec![ChannelEffect::Send(self.join(&self.token.clone()))];
        }
        self.state = State::Ended;
        vec![ChannelEffect::Refused(refusal::of_join(&reply.reason))]
    }

    fn system(&mut self, system: SystemMessage) -> Vec<ChannelEffect> {
        if !system.is_error {
            return Vec::new();
        }
        let closed = self.ended(refusal::of_system(&system.message));
        if system.extension == "postgres_changes" {
            vec![ChannelEffect::TablesRefused(system.message), closed]
        } else {
            vec![closed]
        }
    }

    fn heartbeat_answered(&mut self, received: &Received<'_>) -> Vec<ChannelEffect> {
        let is_answer = |(reference, _): &mut (String, Duration)| received.reference.as_deref() == Some(reference);
        match self.unanswered.take_if(is_answer) {
            Some(_) => vec![ChannelEffect::Received(Ok(Frame::Accepted), None)],
            None => Vec::new(),
        }
    }

    fn lost(&mut self, message: &str) -> ChannelEffect {
        self.ended(Closed::Lost(Error::new(Code::Closed, message)))
    }

    /// Ends the channel: refused if it was not joined yet.
    fn ended(&mut self, closed: Closed) -> ChannelEffect {
        match (std::mem::replace(&mut self.state, State::Ended), closed) {
            (State::Joining, Closed::Auth) => ChannelEffect::Refused(Refusal::Auth),
            (State::Joining, Closed::Lost(error)) => ChannelEffect::Refused(Refusal::Failed(error, None)),
            (State::Joining | State::Joined | State::Ended, closed) => ChannelEffect::Closed(closed),
        }
    }

    fn is_of_this_join(&self, received: &Received<'_>) -> bool {
        // Format 1.0.0 names the join of a closed channel by its reference.
        let of_close = received.reference.as_ref().filter(|_| received.event == "phx_close");
        received.join_ref.as_ref().or(of_close).is_none_or(|join_ref| *join_ref == self.join_ref)
    }

    fn topic(&self) -> String {
        format!("realtime:{}", self.config.topic)
    }

    fn push(&self, event: &str, reference: &str, payload: &Value) -> String {
        let topic = self.topic();
        let push = Push { join_ref: Some(&self.join_ref), reference, topic: &topic, event, payload };
        push.to_text(self.config.version)
    }

    fn next_reference(&mut self) -> String {
        self.references += 1;
        self.references.to_string()
    }
}

#[cfg(test)]
mod tests;
