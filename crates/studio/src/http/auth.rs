//! Sign-in, sign-up and sign-out with the routes of Supabase Auth (GoTrue).

use axum::{
    Json,
    extract::{Query, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AppState, auth_user::bearer};
use crate::{
    auth::{
        accounts::{Account, AccountError, Session, run_blocking},
        tokens::Claims,
    },
    clock,
    config::SignUp,
};

/// The header and value with which a client requests errors in GoTrue's newer shape.
const API_VERSION: (&str, &str) = ("x-supabase-api-version", "2024-01-01");

/// The body of a sign-up or of the `password` grant.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// The query of a token request.
#[derive(Deserialize)]
pub struct TokenQuery {
    grant_type: Option<String>,
}

/// The query of a sign-out: `local` ends one session, any other scope ends all.
#[derive(Deserialize)]
pub struct LogoutQuery {
    scope: Option<String>,
}

type Body = Result<Json<Value>, JsonRejection>;

/// Creates an account and returns a session, unless sign-up is closed.
pub async fn sign_up(State(app): State<AppState>, headers: HeaderMap, body: Body) -> Response {
    let answer = async {
        let Credentials { email, password } = read(&app, &headers, body)?;
        if app.settings.sign_up == SignUp::Closed {
            let message = "Signups not allowed for this instance";
            return Err(AuthError::new(StatusCode::UNPROCESSABLE_ENTITY, "signup_disabled", message));
        }
        let accounts = app.accounts.clone();
        let session = run_blocking(move || {
            accounts.sign_up(&email, &password)?;
            accounts.sign_in(&email, &password)
        })
        .await?;
        session_json(&app, &session)
    };
    finish(answer.await, &headers)
}

/// Returns a session for the grants `password`, `refresh_token` and `pkce`.
pub async fn token(
    State(app): State<AppState>,
    Query(query): Query<TokenQuery>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let session = match query.grant_type.as_deref() {
            Some("password") => {
                let Credentials { email, password } = read(&app, &headers, body)?;
                let accounts = app.accounts.clone();
                run_blocking(move || accounts.sign_in(&email, &password)).await?
            }
            Some("refresh_token") => {
                let RefreshGrant { refresh_token } = read(&app, &headers, body)?;
                app.accounts.refresh(&refresh_token)?
            }
            Some("pkce") => {
                let PkceGrant { auth_code, code_verifier } = read(&app, &headers, body)?;
                app.accounts.exchange_code(&auth_code, &code_verifier)?
            }
            _ => return Err(AuthError::new(StatusCode::BAD_REQUEST, "bad_request", "unsupported_grant_type")),
        };
        session_json(&app, &session)
    };
    finish(answer.await, &headers)
}

#[derive(Deserialize)]
struct RefreshGrant {
    refresh_token: String,
}

#[derive(Deserialize)]
struct PkceGrant {
    auth_code: String,
    code_verifier: String,
}

/// Returns the available sign-in methods to a client with the public key.
pub async fn settings(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let settings = ensure_key(&app, &headers).map(|()| {
        json!({ "external": { "email": true, "google": true }, "disable_signup": app.settings.sign_up == SignUp::Closed,
            "mailer_autoconfirm": true })
    });
    finish(settings, &headers)
}

/// Returns the account of the access token.
pub async fn user(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let answer = claims(&app, &headers).and_then(|claims| {
        let account = app.accounts.account(&claims.sub)?;
        let no_user =
            || AuthError::new(StatusCode::FORBIDDEN, "user_not_found", "User from sub claim in JWT does not exist");
        Ok(user_json(&account.ok_or_else(no_user)?))
    });
    finish(answer, &headers)
}

/// Ends the session of the access token, or all sessions of its account.
pub async fn logout(State(app): State<AppState>, Query(query): Query<LogoutQuery>, headers: HeaderMap) -> Response {
    let ended = claims(&app, &headers).and_then(|claims| {
        match query.scope.as_deref() {
            Some("local") => app.accounts.end_session(&claims.session_id)?,
            _ => app.accounts.end_all_sessions(&claims.sub)?,
        }
        Ok(())
    });
    match ended {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.answer(&headers),
    }
}

/// An error in GoTrue's shape.
pub struct AuthError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl AuthError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// Returns the error response in the shape of the client's API version.
    fn answer(self, headers: &HeaderMap) -> Response {
        if headers.get(API_VERSION.0).is_some_and(|version| version == API_VERSION.1) {
            // The header is repeated in the response, because Supabase's client chooses the shape of the body by it.
            let body = json!({ "code": self.code, "message": self.message });
            return (self.status, [API_VERSION], Json(body)).into_response();
        }
        let body = json!({ "code": self.status.as_u16(), "error_code": self.code, "msg": self.message });
        (self.status, Json(body)).into_response()
    }
}

impl From<AccountError> for AuthError {
    fn from(error: AccountError) -> Self {
        let (status, code) = match &error {
            AccountError::InvalidCredentials => (StatusCode::BAD_REQUEST, "invalid_credentials"),
            AccountError::UserExists => (StatusCode::UNPROCESSABLE_ENTITY, "user_already_exists"),
            AccountError::InvalidInput(_) => (StatusCode::UNPROCESSABLE_ENTITY, "validation_failed"),
            AccountError::TokenNotFound => (StatusCode::BAD_REQUEST, "refresh_token_not_found"),
            AccountError::TokenAlreadyUsed => (StatusCode::BAD_REQUEST, "refresh_token_already_used"),
            AccountError::FlowNotFound => (StatusCode::NOT_FOUND, "flow_state_not_found"),
            AccountError::BadVerifier => (StatusCode::BAD_REQUEST, "bad_code_verifier"),
            AccountError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "unexpected_failure"),
        };
        Self::new(status, code, error.to_string())
    }
}

fn read<T: for<'de> Deserialize<'de>>(app: &AppState, headers: &HeaderMap, body: Body) -> Result<T, AuthError> {
    ensure_key(app, headers)?;
    let unreadable = |error: String| AuthError::new(StatusCode::BAD_REQUEST, "bad_json", error);
    let Json(value) = body.map_err(|error| unreadable(error.body_text()))?;
    serde_json::from_value(value).map_err(|error| unreadable(error.to_string()))
}

fn ensure_key(app: &AppState, headers: &HeaderMap) -> Result<(), AuthError> {
    if headers.get("apikey").is_some_and(|key| key.as_bytes() == app.settings.auth_key.as_bytes()) {
        return Ok(());
    }
    Err(AuthError::new(StatusCode::UNAUTHORIZED, "no_authorization", "Invalid API key"))
}

fn claims(app: &AppState, headers: &HeaderMap) -> Result<Claims, AuthError> {
    bearer(headers)
        .and_then(|token| app.tokens.verify(token))
        .ok_or_else(|| AuthError::new(StatusCode::FORBIDDEN, "bad_jwt", "invalid JWT: unable to verify or expired"))
}

fn session_json(app: &AppState, session: &Session) -> Result<Value, AuthError> {
    let (access_token, expires_at) =
        app.tokens.sign(session, clock::now()).map_err(|error| AccountError::Internal(error.into()))?;
    Ok(json!({
        "access_token": access_token, "token_type": "bearer",
        "expires_in": app.tokens.ttl_seconds(), "expires_at": expires_at,
        "refresh_token": session.refresh_token, "user": user_json(&session.account),
    }))
}

fn user_json(account: &Account) -> Value {
    json!({
        "id": account.id, "aud": "authenticated", "role": "authenticated", "email": account.email,
        "email_confirmed_at": account.created_at, "created_at": account.created_at, "updated_at": account.created_at,
        "app_metadata": { "provider": "email", "providers": ["email"] }, "user_metadata": {}, "identities": [],
    })
}

fn finish(answer: Result<Value, AuthError>, headers: &HeaderMap) -> Response {
    match answer {
        Ok(value) => Json(value).into_response(),
        Err(error) => error.answer(headers),
    }
}
