//! The upgrade of a request to a WebSocket.

use axum::{
    extract::{Query, State, ws::WebSocketUpgrade},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;

use super::{AppState, auth_user::bearer, problem};
use crate::realtime::socket::{Connection, FRAME_LIMIT};

/// The query of an upgrade.
#[derive(Deserialize)]
pub struct TokenQuery {
    token: Option<String>,
}

/// Opens a socket for the account of the token, which is sent as a bearer token or as `?token=`.
pub async fn upgrade(
    State(app): State<AppState>,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let token = bearer(&headers).or(query.token.as_deref());
    let Some(claims) = token.and_then(|token| app.tokens.verify(token)) else {
        return problem(StatusCode::UNAUTHORIZED, "Could not validate credentials");
    };
    let connection = Connection::new(app.hub, claims.sub, app.settings.heartbeat, app.pipeline.stop_token());
    upgrade.max_message_size(FRAME_LIMIT).on_upgrade(|socket| connection.run(socket))
}
