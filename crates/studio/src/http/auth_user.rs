//! The extractor of the signed-in user: the claims of the access token.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::Response,
};

use super::{AppState, problem};
use crate::auth::tokens::Claims;

/// The signed-in user of a request. A request without a valid token is answered with 401.
pub struct AuthUser(pub Claims);

impl FromRequestParts<AppState> for AuthUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        bearer(&parts.headers)
            .and_then(|token| app.tokens.verify(token))
            .map(Self)
            .ok_or_else(|| problem(StatusCode::UNAUTHORIZED, "Could not validate credentials"))
    }
}

/// Returns the bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
