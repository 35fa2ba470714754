//! A channel of Supabase Realtime whose joins and events are scripted, in the published format 1.0.0.

use std::sync::atomic::Ordering;

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};

use super::{ScriptedBackend, lock};

/// The topic of the scripted user.
const TOPIC: &str = "realtime:jobs:u";

pub(super) fn routes() -> Router<ScriptedBackend> {
    Router::new().route("/realtime/v1/websocket", get(upgrade))
}

impl ScriptedBackend {
    /// Refuses the next joins, each with a reason, or sends no answer for null.
    pub fn script_joins(&self, reasons: impl IntoIterator<Item = Option<&'static str>>) {
        self.script().joins.extend(reasons);
    }

    /// Sends an event on every channel.
    pub fn push(&self, event: &str, payload: &Value) {
        self.say(json!({ "topic": TOPIC, "event": event, "ref": null, "payload": payload }).to_string());
    }

    /// Sends a message of the specification on every channel.
    ///
    /// # Panics
    /// If it is no JSON.
    pub fn broadcast(&self, id: &str, message: &str) {
        let message: Value = serde_json::from_str(message).expect("a message");
        let payload =
            json!({ "type": "broadcast", "event": message["type"], "payload": message, "meta": { "id": id } });
        self.push("broadcast", &payload);
    }

    /// Returns the payloads of the joins, in order.
    pub fn joins(&self) -> Vec<Value> {
        let is_join = |frame: &Value| frame["event"] == "phx_join";
        self.heard().into_iter().filter(is_join).map(|mut frame| frame["payload"].take()).collect()
    }
}

async fn upgrade(State(backend): State<ScriptedBackend>, upgrade: WebSocketUpgrade) -> Response {
    backend.connects.fetch_add(1, Ordering::SeqCst);
    let instead = backend.script().socket.clone();
    match instead {
        Some(answer) => answer.into_response(),
        None => upgrade.on_upgrade(move |socket| converse(socket, backend)),
    }
}

async fn converse(mut socket: WebSocket, backend: ScriptedBackend) {
    let mut out = backend.out.subscribe();
    loop {
        let outgoing = tokio::select! {
            Ok(message) = out.recv() => Some(message),
            incoming = socket.recv() => match incoming {
                Some(Ok(Message::Text(text))) => {
                    lock(&backend.heard).push(text.to_string());
                    answer(&backend, &serde_json::from_str(&text).unwrap_or_default()).map(Message::text)
                }
                Some(Ok(_)) => None,
                Some(Err(_)) | None => return,
            },
        };
        if let Some(message) = outgoing
            && socket.send(message).await.is_err()
        {
            return;
        }
    }
}

/// Returns the reply to a frame.
fn answer(backend: &ScriptedBackend, frame: &Value) -> Option<String> {
    let reply = |status: &str, response: Value| {
        let payload = json!({ "status": status, "response": response });
        let (topic, reference, join_ref) = (&frame["topic"], &frame["ref"], &frame["join_ref"]);
        let reply =
            json!({ "topic": topic, "event": "phx_reply", "ref": reference, "join_ref": join_ref, "payload": payload });
        Some(reply.to_string())
    };
    match frame["event"].as_str()? {
        "heartbeat" => reply("ok", json!({})),
        "phx_join" => match backend.script().joins.pop_front() {
            None => reply("ok", json!({ "postgres_changes": [] })),
            Some(Some(reason)) => reply("error", json!({ "reason": reason })),
            Some(None) => None,
        },
        _ => None,
    }
}
