//! The auth endpoints: one function for each.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tallylight_core::{Code, Error, discovery::Server, session::Grant};

use crate::http::{ANSWER_LIMIT, Failure, json, refused, text, unanswered};

/// Asks for errors in the shape of this version.
const API_VERSION: (&str, &str) = ("X-Supabase-Api-Version", "2024-01-01");
/// How long a token holds where the answer does not say; GoTrue's default.
const DEFAULT_LIFE: u64 = 3600;

/// Is an auth call that granted nothing.
#[derive(Clone, Debug)]
pub enum Denial {
    /// The backend looked at it and said no.
    Refused(Error),
    /// The backend could not be asked, or could not say.
    Delayed(Error),
}

#[derive(Deserialize)]
struct SessionData {
    access_token: SecretString,
    refresh_token: SecretString,
    expires_in: Option<u64>,
    user: Option<UserData>,
}

#[derive(Deserialize)]
struct UserData {
    email: Option<String>,
}

/// Signs in with a password.
pub async fn by_password(
    http: &Client,
    server: &Server,
    email: &str,
    password: &SecretString,
) -> Result<Grant, Denial> {
    let body = json!({ "email": email, "password": password.expose_secret() });
    grant(http, server, "password", &body, email).await.map_err(|failure| deny_password(&failure))
}

/// Renews a session.
pub async fn by_refresh(http: &Client, server: &Server, token: &SecretString, email: &str) -> Result<Grant, Denial> {
    let body = json!({ "refresh_token": token.expose_secret() });
    grant(http, server, "refresh_token", &body, email).await.map_err(deny_refresh)
}

/// Ends the session at the backend. Whatever it answers, it is over here.
pub async fn logout(http: &Client, server: &Server, access_token: &SecretString) {
    let call = http
        .post(endpoint(server, "logout?scope=local"))
        .header("apikey", &server.auth_key)
        .bearer_auth(access_token.expose_secret());
    if let Err(error) = call.send().await {
        tracing::info!(error = %error.without_url(), "the backend did not hear of the sign-out");
    }
}

async fn grant(http: &Client, server: &Server, kind: &str, body: &Value, email: &str) -> Result<Grant, Failure> {
    let response = http
        .post(endpoint(server, &format!("token?grant_type={kind}")))
        .header("apikey", &server.auth_key)
        .header(API_VERSION.0, API_VERSION.1)
        .json(body)
        .send()
        .await
        .map_err(|error| unanswered(&error))?;
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    let data: SessionData = json(&text(response, ANSWER_LIMIT).await?)?;
    Ok(Grant {
        access_token: data.access_token,
        refresh_token: data.refresh_token,
        expires_in: Duration::from_secs(data.expires_in.unwrap_or(DEFAULT_LIFE)),
        email: data.user.and_then(|user| user.email).unwrap_or_else(|| email.to_owned()),
    })
}

fn endpoint(server: &Server, path: &str) -> String {
    format!("{}/auth/v1/{path}", server.auth_url.as_str().trim_end_matches('/'))
}

fn deny_password(failure: &Failure) -> Denial {
    let refused = |code, message: &str| Denial::Refused(Error::new(code, message));
    match failure.server_code.as_deref() {
        Some("invalid_credentials" | "invalid_grant") => {
            refused(Code::InvalidCredentials, "email or password is wrong: check both and try again")
        }
        Some("email_not_confirmed") => refused(
            Code::AccountBlocked,
            "this email is not confirmed yet: follow the link in the studio's email first",
        ),
        Some("user_banned") => refused(Code::AccountBlocked, "this account is blocked: ask whoever runs the studio"),
        _ => match failure.status {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                refused(Code::NotAStudio, "the studio refused its own public key: check the server's settings")
            }
            Some(status) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                Denial::Refused(failure.error.clone())
            }
            _ => Denial::Delayed(failure.error.clone()),
        },
    }
}

/// Only a definite word about the token itself ends the session: a time-out, 429, 5xx, a proxy's HTML or a lost
/// network never does.
fn deny_refresh(failure: Failure) -> Denial {
    let definite = matches!(
        failure.server_code.as_deref(),
        Some(
            "refresh_token_not_found"
                | "refresh_token_already_used"
                | "session_not_found"
                | "session_expired"
                | "user_banned"
                | "user_not_found"
                | "invalid_grant"
        )
    );
    if definite && failure.status.is_some_and(|status| status.is_client_error()) {
        let words = match failure.server_code.as_deref() {
            Some("refresh_token_already_used") => "the session was used from somewhere else: sign in again",
            Some("user_banned" | "user_not_found") => "this account is blocked or gone: ask whoever runs the studio",
            _ => "the session has ended: sign in again",
        };
        return Denial::Refused(Error::new(Code::SessionExpired, words));
    }
    // Whoever waits for the token must not take a proxy's 401 for a word about the session.
    let code = if failure.error.code == Code::SessionExpired { Code::ServerError } else { failure.error.code };
    Denial::Delayed(Error { code, ..failure.error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, code: Option<&str>) -> Failure {
        Failure {
            error: Error::new(Code::ServerError, "x"),
            status: StatusCode::from_u16(status).ok(),
            retry_after: None,
            server_code: code.map(str::to_owned),
        }
    }

    #[test]
    fn only_a_definite_refusal_of_the_token_signs_out() {
        for code in ["refresh_token_not_found", "refresh_token_already_used", "session_expired", "user_banned"] {
            assert!(matches!(deny_refresh(failure(400, Some(code))), Denial::Refused(_)), "{code}");
        }
        for (status, code) in [
            (400, None),
            (401, None),
            (403, None),
            (404, None),
            (429, Some("over_request_rate_limit")),
            (500, None),
            (502, Some("session_expired")),
        ] {
            assert!(matches!(deny_refresh(failure(status, code)), Denial::Delayed(_)), "{status} {code:?}");
        }
        let mut by_a_proxy = failure(401, None);
        by_a_proxy.error.code = Code::SessionExpired;
        assert!(matches!(deny_refresh(by_a_proxy), Denial::Delayed(error) if error.code == Code::ServerError));
    }

    #[test]
    fn a_wrong_password_is_told_from_a_server_in_trouble() {
        let wrong = deny_password(&failure(400, Some("invalid_credentials")));
        assert!(matches!(wrong, Denial::Refused(error) if error.code == Code::InvalidCredentials));
        for status in [429, 500, 503] {
            assert!(matches!(deny_password(&failure(status, None)), Denial::Delayed(_)), "{status}");
        }
    }
}
