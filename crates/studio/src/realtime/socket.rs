//! The WebSocket: one task for each connection.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use axum::{
    extract::{
        Query, State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::broadcast::error::RecvError, time::Instant};

use crate::{
    http::{App, bearer, problem},
    jobs::later_than,
    realtime::hub::{Announcement, Audience, message},
};

/// A client that misses this many heartbeats in a row is considered gone.
const MISSED_HEARTBEATS: u32 = 3;
/// The size limit of a client's frame, in bytes; a subscription of 500 ids fits.
const FRAME_LIMIT: usize = 256 << 10;
/// How many jobs one socket may subscribe to.
const SUBSCRIPTION_LIMIT: usize = 100_000;

/// The query of an upgrade.
#[derive(Deserialize)]
pub struct TokenQuery {
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Action {
    Subscribe { job_ids: Vec<String> },
    Heartbeat,
    Pong,
}

/// Opens a socket for the account of the token, which is sent as a bearer token or as `?token=`.
pub async fn upgrade(
    State(app): State<App>,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let token = bearer(&headers).or(query.token.as_deref());
    match token.and_then(|token| app.tokens.check(token)) {
        Some(claims) => {
            upgrade.max_message_size(FRAME_LIMIT).on_upgrade(move |socket| Connection::new(app, claims.sub).run(socket))
        }
        None => problem(StatusCode::UNAUTHORIZED, "Could not validate credentials"),
    }
}

struct Connection {
    app: App,
    account_id: String,
    subscribed: BTreeSet<String>,
    last_seen: Instant,
}

impl Connection {
    fn new(app: App, account_id: String) -> Self {
        Self { app, account_id, subscribed: BTreeSet::new(), last_seen: Instant::now() }
    }

    async fn run(mut self, mut socket: WebSocket) {
        let mut announcements = self.app.hub.listen();
        let period: Duration = self.app.settings.heartbeat;
        let mut heartbeat = tokio::time::interval_at(Instant::now() + period, period);
        loop {
            let outgoing = tokio::select! {
                announced = announcements.recv() => match announced {
                    Ok(announcement) if self.receives(&announcement) => Some(announcement.text.clone()),
                    Ok(_) => None,
                    Err(RecvError::Lagged(_)) => return close(socket, 1013, "too slow: reconnect and refetch").await,
                    Err(RecvError::Closed) => return close(socket, 1001, "the studio is closing").await,
                },
                () = self.app.pipeline.stopped() => return close(socket, 1001, "the studio is closing").await,
                _ = heartbeat.tick() => {
                    if self.last_seen.elapsed() > period * MISSED_HEARTBEATS {
                        return close(socket, 1001, "no heartbeat was answered").await;
                    }
                    Some(message("HEARTBEAT", "", &json!({}), &later_than(Timestamp::UNIX_EPOCH).to_string()))
                }
                incoming = socket.recv() => match incoming {
                    Some(Ok(incoming)) => { self.take(&incoming); None }
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

    fn receives(&self, announcement: &Arc<Announcement>) -> bool {
        announcement.account_id == self.account_id
            && (announcement.audience == Audience::Account || self.subscribed.contains(&announcement.job_id))
    }

    fn take(&mut self, incoming: &Message) {
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
