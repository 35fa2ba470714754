//! Supabase Realtime: the upgrade to a socket with channels, and broadcasts over HTTP.

use axum::{
    Json,
    extract::{Query, State, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AppState, auth_user::bearer};
use crate::realtime::{
    channel::account_of,
    channel_socket::ChannelConnection,
    hub::{Announcement, Audience},
    phoenix::Version,
    socket::FRAME_LIMIT,
};

/// The query of an upgrade.
#[derive(Deserialize)]
pub struct ChannelQuery {
    apikey: Option<String>,
    vsn: Option<String>,
}

/// Opens a socket with channels. Tokens come with the joins.
pub async fn upgrade(
    State(app): State<AppState>,
    Query(query): Query<ChannelQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let of_header = headers.get("x-api-key").and_then(|key| key.to_str().ok());
    match query.apikey.as_deref().or(of_header) {
        None => return refused(StatusCode::UNAUTHORIZED, "API key is missing"),
        Some(key) if key != app.settings.auth_key && !app.settings.is_service_key(key) => {
            return refused(StatusCode::UNAUTHORIZED, "The token provided is not a valid JWT");
        }
        Some(_) => {}
    }
    let Some(version) = Version::parse(query.vsn.as_deref()) else {
        return refused(StatusCode::FORBIDDEN, "Unknown version of the protocol");
    };
    let connection = ChannelConnection::new(app.hub, app.tokens, version, app.pipeline.stop_token());
    upgrade.max_message_size(FRAME_LIMIT).on_upgrade(|socket| connection.run(socket))
}

/// A broadcast over HTTP.
#[derive(Deserialize)]
pub struct Broadcasts {
    messages: Vec<Broadcast>,
}

#[derive(Deserialize)]
struct Broadcast {
    topic: String,
    event: String,
    payload: Value,
    #[serde(default)]
    private: bool,
}

/// Sends messages to channels: those of the own account, or any with the service key. As Supabase does, it answers 202
/// whether or not a message was allowed.
pub async fn broadcast(
    State(app): State<AppState>,
    headers: HeaderMap,
    body: Result<Json<Broadcasts>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let key = headers.get("apikey").and_then(|key| key.to_str().ok());
    let token = bearer(&headers);
    let is_service = [key, token].into_iter().flatten().any(|key| app.settings.is_service_key(key));
    let claims = token.and_then(|token| app.tokens.verify(token));
    if !is_service && claims.is_none() {
        return refused(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let Ok(Json(Broadcasts { messages })) = body else {
        let errors = json!({ "messages": ["a list of {topic, event, payload, private}"] });
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": errors }))).into_response();
    };
    for message in messages.into_iter().filter(|message| message.private) {
        let Some(account_id) = account_of(&message.topic).map(str::to_owned) else { continue };
        if is_service || claims.as_ref().is_some_and(|claims| claims.sub == account_id) {
            app.hub.announce(Announcement {
                account_id,
                job_id: String::new(),
                audience: Audience::Channels,
                kind: message.event,
                text: message.payload.to_string(),
            });
        }
    }
    StatusCode::ACCEPTED.into_response()
}

/// Returns an error response in the shape of Supabase Realtime.
fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}
