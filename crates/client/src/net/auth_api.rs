//! The endpoints of Supabase Auth, one function for each (docs/protocol.md#authentication).

use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tallylight_core::{Code, Error, InputField, auth::Grant, discovery::Server, model::text::clean};
use url::Url;

use crate::net::{
    http::{ANSWER_LIMIT, Failure, json_as, read_failure, request_failure, text},
    pkce::Pkce,
};

/// The header that requests errors in the format of this API version.
const API_VERSION: (&str, &str) = ("X-Supabase-Api-Version", "2024-01-01");
/// The lifetime of a token in seconds, if the response has none: GoTrue's default.
const DEFAULT_LIFE: u64 = 3600;

/// The error of an auth request.
#[derive(Clone, Debug)]
pub enum Denial {
    /// A definite refusal by the backend.
    Refused(Error),
    /// The request had no result: there was no response, or one that does not concern the credentials; with the time
    /// that the backend asks to wait.
    Delayed(Error, Option<Duration>),
}

#[derive(Deserialize)]
struct SessionData {
    access_token: SecretString,
    refresh_token: SecretString,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    user: Option<UserData>,
}

#[derive(Deserialize)]
struct UserData {
    #[serde(default, deserialize_with = "string")]
    id: Option<String>,
    #[serde(default, deserialize_with = "string")]
    email: Option<String>,
}

/// Reads a number of seconds. Some servers write a fraction or a string; anything else counts as absent.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let number = number.filter(|number: &f64| number.is_finite() && *number >= 0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked, and rounded down on purpose")]
    Ok(number.map(|number| number as u64))
}

/// Reads a string; anything else counts as absent.
fn string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().map(|text| clean(text).into_owned()))
}

/// Signs in with a password.
///
/// # Errors
/// [`Denial::Refused`] with [`Code::InvalidCredentials`], [`Code::AccountBlocked`] or [`Code::WrongKey`]; otherwise
/// [`Denial::Delayed`].
pub async fn by_password(
    http: &Client,
    server: &Server,
    email: &str,
    password: &SecretString,
) -> Result<Grant, Denial> {
    #[derive(Serialize)]
    struct Body<'a> {
        email: &'a str,
        password: &'a str,
    }
    let body = Body { email, password: password.expose_secret() };
    grant(http, server, "password", &body, email).await.map_err(|failure| deny_password(&failure))
}

/// Refreshes a session.
///
/// # Errors
/// [`Denial::Refused`] with [`Code::SessionExpired`] only for a definite refusal of the token; otherwise
/// [`Denial::Delayed`].
pub async fn by_refresh(http: &Client, server: &Server, token: &SecretString, email: &str) -> Result<Grant, Denial> {
    #[derive(Serialize)]
    struct Body<'a> {
        refresh_token: &'a str,
    }
    let body = Body { refresh_token: token.expose_secret() };
    grant(http, server, "refresh_token", &body, email).await.map_err(deny_refresh)
}

/// Exchanges the code of a browser sign-in for a session (PKCE).
///
/// # Errors
/// [`Denial::Refused`] with [`Code::SignInDenied`] or [`Code::WrongKey`]; otherwise [`Denial::Delayed`].
pub async fn by_code(
    http: &Client,
    server: &Server,
    code: &SecretString,
    verifier: &SecretString,
) -> Result<Grant, Denial> {
    #[derive(Serialize)]
    struct Body<'a> {
        auth_code: &'a str,
        code_verifier: &'a str,
    }
    let body = Body { auth_code: code.expose_secret(), code_verifier: verifier.expose_secret() };
    grant(http, server, "pkce", &body, "").await.map_err(|failure| deny_code(&failure))
}

/// Returns the URL of a provider's sign-in page, which redirects to `redirect`.
///
/// # Errors
/// [`Code::InvalidAddress`] if the auth server's URL is invalid.
pub fn authorize_url(server: &Server, provider: &str, redirect: &Url, pkce: &Pkce) -> Result<Url, Error> {
    let invalid = |error: url::ParseError| Error::new(Code::InvalidAddress, error.to_string());
    let mut url = Url::parse(&endpoint(server, "authorize")).map_err(invalid)?;
    url.query_pairs_mut()
        .append_pair("provider", provider)
        .append_pair("redirect_to", redirect.as_str())
        .append_pair("code_challenge", &pkce.challenge)
        .append_pair("code_challenge_method", "s256");
    Ok(url)
}

/// Checks that the auth server answers and accepts the public key, for a backend that the user describes by hand.
///
/// # Errors
/// [`Code::WrongKey`] or the error of the connection, with the [`InputField`] that is wrong.
pub async fn check(http: &Client, server: &Server) -> Result<(), Error> {
    let call = http.get(endpoint(server, "settings")).header("apikey", &server.auth_key);
    let response = call.send().await.map_err(|error| request_failure(error).error.at(InputField::AuthUrl))?;
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(wrong_key()),
        // Any other status is an answer to a request whose key was accepted.
        _ => Ok(()),
    }
}

/// Ends the session at the backend. Failures are only logged: the session ends on this computer in any case.
pub async fn logout(http: &Client, server: &Server, access_token: &SecretString) {
    let call = http
        .post(endpoint(server, "logout?scope=local"))
        .header("apikey", &server.auth_key)
        .bearer_auth(access_token.expose_secret());
    if let Err(error) = call.send().await {
        tracing::info!(error = %error.without_url(), "the sign-out request failed");
    }
}

async fn grant(
    http: &Client,
    server: &Server,
    kind: &str,
    body: &impl Serialize,
    email: &str,
) -> Result<Grant, Failure> {
    let response = http
        .post(endpoint(server, &format!("token?grant_type={kind}")))
        .header("apikey", &server.auth_key)
        .header(API_VERSION.0, API_VERSION.1)
        .header(header::CONTENT_TYPE, "application/json")
        .body(wiped(body))
        .send()
        .await
        .map_err(request_failure)?;
    if !response.status().is_success() {
        return Err(read_failure(response).await);
    }
    let text = Zeroizing::new(text(response, ANSWER_LIMIT).await?);
    let data: SessionData = json_as(&text)?;
    let (user_id, known_email) = data.user.map(|user| (user.id, user.email)).unwrap_or_default();
    let user_id = user_id.or_else(|| subject(&data.access_token)).unwrap_or_default();
    let email = match known_email {
        Some(email) => email,
        None if email.is_empty() => email_of(http, server, &data.access_token).await?,
        None => email.to_owned(),
    };
    Ok(Grant {
        access_token: data.access_token,
        refresh_token: data.refresh_token,
        expires_in: Duration::from_secs(data.expires_in.unwrap_or(DEFAULT_LIFE)),
        email,
        user_id,
    })
}

/// Returns the `sub` of a JWT: the user's id. The signature is not verified, because no decision depends on it.
fn subject(token: &SecretString) -> Option<String> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let payload = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

/// Returns the email address of a token's account; empty if it has none.
async fn email_of(http: &Client, server: &Server, access_token: &SecretString) -> Result<String, Failure> {
    let call =
        http.get(endpoint(server, "user")).header("apikey", &server.auth_key).bearer_auth(access_token.expose_secret());
    let response = call.send().await.map_err(request_failure)?;
    if !response.status().is_success() {
        return Err(read_failure(response).await);
    }
    let user: UserData = json_as(&text(response, ANSWER_LIMIT).await?)?;
    // An account of a sign-in provider may have no email address.
    Ok(user.email.unwrap_or_default())
}

/// Serializes a body into memory that is wiped after it was sent.
fn wiped(body: &impl Serialize) -> Bytes {
    /// Large enough that the buffer is never reallocated, which would leave parts of a secret in memory.
    const CAPACITY: usize = 8 << 10;
    let mut bytes = Zeroizing::new(Vec::with_capacity(CAPACITY));
    // Serializing strings into memory cannot fail.
    let _ = serde_json::to_writer(&mut *bytes, body);
    Bytes::from_owner(bytes)
}

fn endpoint(server: &Server, path: &str) -> String {
    format!("{}/auth/v1/{path}", server.auth_url.as_str().trim_end_matches('/'))
}

fn wrong_key() -> Error {
    let message = "Invalid public key. Ask your administrator for the correct one.";
    Error::new(Code::WrongKey, message).at(InputField::AuthKey)
}

fn deny_password(failure: &Failure) -> Denial {
    let read_failure = |code, field, message: &str| Denial::Refused(Error::new(code, message).at(field));
    match failure.server_code.as_deref() {
        Some("invalid_credentials" | "invalid_grant") => {
            let message = "Incorrect email or password.";
            read_failure(Code::InvalidCredentials, InputField::Password, message)
        }
        Some("email_not_confirmed") => read_failure(
            Code::AccountBlocked,
            InputField::Email,
            "Email not confirmed. Open the link in the confirmation email, then sign in.",
        ),
        Some("user_banned") => {
            let message = "This account is blocked. Contact your administrator.";
            read_failure(Code::AccountBlocked, InputField::Email, message)
        }
        _ => match failure.status {
            Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Denial::Refused(wrong_key()),
            Some(status) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                Denial::Refused(failure.error.clone())
            }
            _ => Denial::Delayed(failure.error.clone(), failure.retry_after),
        },
    }
}

fn deny_code(failure: &Failure) -> Denial {
    match failure.status {
        Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Denial::Refused(wrong_key()),
        Some(status) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
            let message = "Couldn't complete the browser sign-in. Try again.";
            Denial::Refused(Error::new(Code::SignInDenied, message))
        }
        _ => Denial::Delayed(failure.error.clone(), failure.retry_after),
    }
}

/// Maps a failed refresh. Only a definite refusal of the token itself ends the session; a time-out, 429, 5xx, a proxy's
/// HTML page or a lost network never does (docs/protocol.md#authentication).
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
            Some("refresh_token_already_used") => "Your session was used on another device. Sign in again.",
            Some("user_banned" | "user_not_found") => "This account is blocked or deleted. Contact your administrator.",
            _ => "Your session has expired. Sign in again.",
        };
        return Denial::Refused(Error::new(Code::SessionExpired, words));
    }
    // Requests that wait for the token must not take a proxy's 401 for an expired session.
    let code = if failure.error.code == Code::SessionExpired { Code::ServerError } else { failure.error.code };
    Denial::Delayed(failure.error.with_code(code), failure.retry_after)
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
            never_left: false,
        }
    }

    #[test]
    fn a_session_is_read_with_any_form_of_expires_in() {
        for (written, life) in
            [("3600", Some(3600)), ("3600.5", Some(3600)), ("\"3600\"", Some(3600)), ("null", None), ("[]", None)]
        {
            let text =
                format!(r#"{{"access_token":"a","refresh_token":"r","expires_in":{written},"user":{{"email":7}}}}"#);
            let session: SessionData = json_as(&text).unwrap_or_else(|failure| panic!("{written}: {failure:?}"));
            assert_eq!(session.expires_in, life, "{written}");
        }
        let odd = "\u{feff}{\"access_token\":\"a\",\"refresh_token\":\"r\",\"user\":{\"email\":\"me@acme.tv\",\"name\":\"\\ud83d\"}}";
        assert_eq!(
            json_as::<SessionData>(odd).expect("a session").user.and_then(|user| user.email).as_deref(),
            Some("me@acme.tv")
        );
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
            assert!(matches!(deny_refresh(failure(status, code)), Denial::Delayed(..)), "{status} {code:?}");
        }
        let mut by_a_proxy = failure(401, None);
        by_a_proxy.error.code = Code::SessionExpired;
        assert!(matches!(deny_refresh(by_a_proxy), Denial::Delayed(error, _) if error.code == Code::ServerError));
    }

    #[test]
    fn a_wrong_password_is_distinguished_from_a_server_error() {
        let wrong = deny_password(&failure(400, Some("invalid_credentials")));
        assert!(matches!(wrong, Denial::Refused(error) if error.code == Code::InvalidCredentials));
        for status in [429, 500, 503] {
            assert!(matches!(deny_password(&failure(status, None)), Denial::Delayed(..)), "{status}");
        }
    }
}
