//! A joined channel: whose messages it receives, until when, and how they are written.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::hub::{Audience, Sent};
use crate::auth::tokens::{Claims, TokenError, Tokens};

/// The beginning of every topic.
pub const PREFIX: &str = "realtime:";
/// The beginning of the topic of an account's jobs.
const JOBS: &str = "jobs:";
/// The table whose rows the studio reports: new and deleted jobs.
const TABLE: &str = "video_jobs";
/// The most messages that are replayed.
const REPLAY_LIMIT: u64 = 25;

/// A channel that a client has joined.
#[derive(Debug)]
pub struct Channel {
    /// The topic, with its prefix.
    pub topic: String,
    /// The reference of the join.
    pub join_ref: Option<String>,
    /// The account whose messages it receives.
    pub account_id: String,
    /// When its token expires, in Unix seconds.
    pub expires: i64,
    /// The ids of the subscriptions to changed rows.
    rows: Vec<u64>,
    /// What the client asked for of earlier messages.
    pub replay: Option<Replay>,
}

/// Earlier messages that a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replay {
    /// From when on.
    pub since: Timestamp,
    /// How many at most.
    pub limit: usize,
}

/// Whether a message is new, or was asked for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was just sent.
    New,
    /// The client asked for what it missed.
    Replayed,
}

impl Channel {
    /// Joins a topic. Returns the channel and the response to the client.
    ///
    /// # Errors
    /// Returns the reason, with the code that Supabase uses.
    pub fn join(
        topic: &str,
        join_ref: Option<String>,
        payload: &Value,
        tokens: &Tokens,
    ) -> Result<(Self, Value), String> {
        let name = topic.strip_prefix(PREFIX).unwrap_or_default();
        if name.is_empty() {
            return Err("TopicNameRequired: You must provide a topic name".to_owned());
        }
        let config = &payload["config"];
        if !is_true(&config["private"]) {
            return Err("PrivateOnly: This project only allows private channels".to_owned());
        }
        let token = payload["access_token"].as_str().or(payload["user_token"].as_str()).unwrap_or_default();
        let claims = tokens.claims(token).map_err(reason)?;
        if account_of(topic) != Some(claims.sub.as_str()) {
            return Err(format!("Unauthorized: You do not have permissions to read from this Channel topic: {name}"));
        }
        let changes = config["postgres_changes"].as_array().cloned().unwrap_or_default();
        let changes: Vec<Value> = (1_u64..).zip(changes).map(|(id, change)| with_id(change, id)).collect();
        let channel = Self {
            topic: topic.to_owned(),
            join_ref,
            account_id: claims.sub,
            expires: claims.exp,
            rows: changes
                .iter()
                .filter(|change| is_about_jobs(change))
                .filter_map(|change| change["id"].as_u64())
                .collect(),
            replay: replay(&config["broadcast"]["replay"])?,
        };
        Ok((channel, json!({ "postgres_changes": changes })))
    }

    /// Takes a fresh token.
    ///
    /// # Errors
    /// Returns the message with which the channel ends.
    pub fn renew(&mut self, token: &str, tokens: &Tokens) -> Result<(), String> {
        let Claims { sub, exp, .. } = tokens.claims(token).map_err(|error| error.to_string())?;
        if sub != self.account_id {
            let topic = self.topic.trim_start_matches(PREFIX);
            return Err(format!("You no longer have permission to read from this Channel topic: {topic}"));
        }
        self.expires = exp;
        Ok(())
    }

    /// Returns whether the client asked for changed rows.
    pub fn reports_rows(&self) -> bool {
        !self.rows.is_empty()
    }

    /// Returns the event and the payload of a message for this channel; `None` if it is not meant for it.
    pub fn payload(&self, sent: &Sent, delivery: Delivery) -> Option<(&'static str, String)> {
        let announcement = &sent.announcement;
        if announcement.account_id != self.account_id {
            return None;
        }
        if announcement.audience == Audience::Rows {
            let ids = json!(self.rows);
            let text = &announcement.text;
            return self.reports_rows().then(|| ("postgres_changes", format!(r#"{{"ids":{ids},"data":{text}}}"#)));
        }
        let mut meta = json!({ "id": sent.id.to_string() });
        if delivery == Delivery::Replayed {
            meta["replayed"] = json!(true);
        }
        let (event, text) = (json!(announcement.kind), &announcement.text);
        Some(("broadcast", format!(r#"{{"type":"broadcast","event":{event},"payload":{text},"meta":{meta}}}"#)))
    }
}

/// Returns the account whose jobs a topic is about.
pub fn account_of(topic: &str) -> Option<&str> {
    topic.strip_prefix(PREFIX).unwrap_or(topic).strip_prefix(JOBS)
}

fn reason(error: TokenError) -> String {
    let code = match error {
        TokenError::Expired(_) => "InvalidJWTToken",
        TokenError::Malformed => "MalformedJWT",
        TokenError::Signature => "JwtSignatureError",
    };
    format!("{code}: {error}")
}

fn with_id(mut change: Value, id: u64) -> Value {
    if let Some(change) = change.as_object_mut() {
        change.insert("id".to_owned(), json!(id));
    }
    change
}

fn is_about_jobs(change: &Value) -> bool {
    let is_any = |value: &Value, name: &str| value.is_null() || value == "*" || value == name;
    let is_event = ["INSERT", "DELETE"].iter().any(|event| is_any(&change["event"], event));
    is_event && is_any(&change["schema"], "public") && is_any(&change["table"], TABLE)
}

fn replay(replay: &Value) -> Result<Option<Replay>, String> {
    if replay.is_null() {
        return Ok(None);
    }
    let since = replay["since"].as_i64().and_then(|since| Timestamp::from_millisecond(since).ok());
    let limit = replay["limit"].as_u64().unwrap_or(10).clamp(1, REPLAY_LIMIT);
    let since = since.ok_or("UnableToReplayMessages: Replay params are not valid")?;
    Ok(Some(Replay { since, limit: usize::try_from(limit).unwrap_or_default() }))
}

fn is_true(value: &Value) -> bool {
    *value == true || value == "true"
}
