//! The discovery document (docs/protocol.md#discovery), from which a client learns all other URLs.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::AppState;
use crate::config::Transport;

/// Returns the discovery document.
pub async fn discovery(State(app): State<AppState>) -> Json<Value> {
    let base = &app.settings.base;
    let socket = base.replacen("http", "ws", 1);
    let (transport, ws_url) = match app.settings.transport {
        Transport::Socket => ("socket", format!("{socket}/ws")),
        Transport::Realtime => ("realtime", format!("{socket}/realtime/v1/websocket")),
    };
    Json(json!({
        "name": "Tallylight studio",
        "api_url": base, "transport": transport, "ws_url": ws_url,
        "auth_url": base, "auth_key": app.settings.auth_key,
        "auth_providers": ["email", "google"],
        "ws_token": "header",
        "incoming_folder": app.settings.incoming_folder,
        "editable": ["TITLE", "DESCRIPTION", "TAGS", "CHAPTERS", "TRANSCRIPT"],
        "features": [
            "upload", "upload_resumable", "upload_subtitles", "select_thumbnail", "thumbnail_at", "retry", "cancel",
            "delete",
        ],
    }))
}
