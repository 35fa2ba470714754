//! The upgrade of a request to a socket, with the token in the way that the backend takes it.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tallylight_core::{
    Code, Error,
    connection::Refusal,
    discovery::{Server, WsToken},
    protocol::MESSAGE_LIMIT,
};
use tokio_tungstenite::tungstenite::{
    self,
    client::IntoClientRequest,
    error::ProtocolError,
    http::{HeaderValue, Request, header},
    protocol::WebSocketConfig,
};
use url::Url;

use super::{AccessToken, Stream};
use crate::net::{
    connector::NetworkConnector,
    http::{date, retry_after, unreachable},
};

/// Returns the request for a backend's own socket.
pub(super) fn request(server: &Server, access: &AccessToken, token_transport: WsToken) -> Result<Request<()>, Refusal> {
    let unusable = |error: tungstenite::Error| refusal(&error, token_transport);
    let (mut url, token) = (address(server, access)?, &access.token);
    if token_transport == WsToken::Query {
        url.query_pairs_mut().append_pair("token", token.expose_secret());
    }
    let mut request = request_to(&url, token_transport)?;
    let header = match token_transport {
        WsToken::Header => Some((header::AUTHORIZATION, format!("Bearer {}", token.expose_secret()))),
        WsToken::Subprotocol => Some((header::SEC_WEBSOCKET_PROTOCOL, format!("bearer, {}", token.expose_secret()))),
        WsToken::Query | WsToken::Message | WsToken::Auto => None,
    };
    if let Some((name, value)) = header {
        let mut value = HeaderValue::from_str(&value).map_err(|error| unusable(error.into()))?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Returns the request for a URL.
pub(super) fn request_to(url: &Url, token_transport: WsToken) -> Result<Request<()>, Refusal> {
    url.as_str().into_client_request().map_err(|error| refusal(&error, token_transport))
}

/// Returns the socket's URL, with the user's id in place of `{user_id}`.
pub(super) fn address(server: &Server, access: &AccessToken) -> Result<Url, Refusal> {
    let text = server.ws_url.as_str();
    let place = ["{user_id}", "%7Buser_id%7D"].into_iter().find(|place| text.contains(place));
    let Some(place) = place else { return Ok(server.ws_url.clone()) };
    let user_id: String = url::form_urlencoded::byte_serialize(user_id(access)?.as_bytes()).collect();
    Url::parse(&text.replace(place, &user_id)).map_err(|_| no_user_id())
}

/// Returns the id of the user, which an address or a topic contains.
pub(super) fn user_id(access: &AccessToken) -> Result<&str, Refusal> {
    if access.user_id.is_empty() { Err(no_user_id()) } else { Ok(&access.user_id) }
}

fn no_user_id() -> Refusal {
    let message = "The live updates URL requires a user ID. Contact the studio's administrator.";
    Refusal::NoSocket(Error::new(Code::NoSocket, message))
}

/// Returns the first message, which carries the token (`ws_token` = `message`).
pub(super) fn greeting(server: &Server, token: &SecretString) -> SecretString {
    const DEFAULT: &str = r#"{"type":"auth","token":"{token}"}"#;
    server.ws_auth_message.as_deref().unwrap_or(DEFAULT).replace("{token}", token.expose_secret()).into()
}

/// Opens the socket, and returns it with the server's clock.
pub(super) async fn connect(
    request: Result<Request<()>, Refusal>,
    token_transport: WsToken,
    connector: &NetworkConnector,
) -> Result<(Stream, Option<Timestamp>), Refusal> {
    let config = WebSocketConfig::default().max_message_size(Some(MESSAGE_LIMIT)).max_frame_size(Some(MESSAGE_LIMIT));
    match connector.socket(request?, config).await {
        Ok((stream, answer)) => Ok((stream, date(answer.headers()))),
        Err(error) => Err(refusal(&error, token_transport)),
    }
}

fn refusal(error: &tungstenite::Error, token_transport: WsToken) -> Refusal {
    // A server that does not select `bearer` has not read the token behind it.
    if let tungstenite::Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) = error
        && token_transport == WsToken::Subprotocol
    {
        return Refusal::Auth;
    }
    if let tungstenite::Error::Http(response) = error {
        return Refusal::from_status(response.status().as_u16(), retry_after(response.headers()));
    }
    match unreachable(error, "the studio") {
        // Retrying soon does not help, and the user must see the error.
        error if error.code == Code::UntrustedCertificate => Refusal::NoSocket(error),
        error => Refusal::Failed(error, None),
    }
}
