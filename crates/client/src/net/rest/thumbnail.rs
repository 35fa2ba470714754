//! Taking a thumbnail at a moment of a video (docs/protocol.md#thumbnails).

use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tallylight_core::{
    Code, Error, ThumbnailId, VideoId,
    discovery::{ApiEndpoint, Server},
};

use super::{accepted, address};
use crate::net::http::{self, ANSWER_LIMIT, CALL_LIMIT, Failure, json, text};

/// Has the backend take the frame at a position in seconds as a thumbnail, and returns its id.
///
/// # Errors
/// [`Code::ServerError`] if the answer names no thumbnail; otherwise the failure of the request.
pub async fn take_thumbnail(
    http: &Client,
    server: &Server,
    token: &SecretString,
    video_id: &VideoId,
    seconds: f64,
) -> Result<ThumbnailId, Failure> {
    let url = address(server, ApiEndpoint::Thumbnails, Some(video_id.as_str()))?;
    let call = http.post(url).timeout(CALL_LIMIT).bearer_auth(token.expose_secret());
    let response = accepted(http::send(http, call.json(&json!({ "timestamp_seconds": seconds }))).await?).await?;
    let answer = json(&text(response, ANSWER_LIMIT).await?)?;
    let id = answer
        .get("thumbnail_id")
        .and_then(|id| id.as_str().map(str::to_owned).or(id.as_u64().map(|id| id.to_string())));
    let message = "The studio took no thumbnail. Contact its administrator.";
    id.map(ThumbnailId::new).ok_or_else(|| Failure::local(Error::new(Code::ServerError, message)))
}
