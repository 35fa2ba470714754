//! The auth endpoints: one function for each.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tallylight_core::{Code, Error, InputField, auth::Grant, discovery::Server, model::text::clean};
use url::Url;

use crate::net::{
    http::{ANSWER_LIMIT, Failure, json_as, refused, text, unanswered},
    pkce::Pkce,
};

/// Asks for errors in the shape of this version.
const API_VERSION: (&str, &str) = ("X-Supabase-Api-Version", "2024-01-01");
/// How long a token holds where the answer does not say; GoTrue's default.
const DEFAULT_LIFE: u64 = 3600;

/// Is an auth call that granted nothing.
#[derive(Clone, Debug)]
pub enum Denial {
    /// The backend looked at it and said no.
    Refused(Error),
    /// The backend could not be asked, or could not say, and may ask to be left alone for so long.
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
    #[serde(default, deserialize_with = "word")]
    email: Option<String>,
}

/// Reads a number of seconds, which some servers write with a fraction or as a text.
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

/// Reads a text; anything else is none.
fn word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_str().map(|text| clean(text).into_owned()))
}

/// Signs in with a password.
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

/// Renews a session.
pub async fn by_refresh(http: &Client, server: &Server, token: &SecretString, email: &str) -> Result<Grant, Denial> {
    #[derive(Serialize)]
    struct Body<'a> {
        refresh_token: &'a str,
    }
    let body = Body { refresh_token: token.expose_secret() };
    grant(http, server, "refresh_token", &body, email).await.map_err(deny_refresh)
}

/// Exchanges the code that a provider's page sent for a session.
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

/// Returns the address of a provider's page, which sends its answer to `redirect`.
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

/// Asks the auth server whether it is one, and knows the key: what a person typed by hand.
///
/// # Errors
/// Names the field that is wrong.
pub async fn check(http: &Client, server: &Server) -> Result<(), Error> {
    let call = http.get(endpoint(server, "settings")).header("apikey", &server.auth_key);
    let response = call.send().await.map_err(|error| unanswered(&error).error.at(InputField::AuthUrl))?;
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(wrong_key()),
        // Whatever else it says, it says to somebody with the right key.
        _ => Ok(()),
    }
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
        .map_err(|error| unanswered(&error))?;
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    let text = Zeroizing::new(text(response, ANSWER_LIMIT).await?);
    let data: SessionData = json_as(&text)?;
    let email = match data.user.and_then(|user| user.email) {
        Some(email) => email,
        None if email.is_empty() => who(http, server, &data.access_token).await?,
        None => email.to_owned(),
    };
    Ok(Grant {
        access_token: data.access_token,
        refresh_token: data.refresh_token,
        expires_in: Duration::from_secs(data.expires_in.unwrap_or(DEFAULT_LIFE)),
        email,
    })
}

/// Asks whose token it is.
async fn who(http: &Client, server: &Server, access_token: &SecretString) -> Result<String, Failure> {
    let call =
        http.get(endpoint(server, "user")).header("apikey", &server.auth_key).bearer_auth(access_token.expose_secret());
    let response = call.send().await.map_err(|error| unanswered(&error))?;
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    let user: UserData = json_as(&text(response, ANSWER_LIMIT).await?)?;
    // An account of a provider may have no email at all.
    Ok(user.email.unwrap_or_default())
}

/// Returns a body whose memory is wiped once it was sent.
fn wiped(body: &impl Serialize) -> Bytes {
    /// Large enough that no half of a secret is left behind by growing.
    const ROOM: usize = 8 << 10;
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    // Writing texts to memory cannot fail.
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
    let refused = |code, field, message: &str| Denial::Refused(Error::new(code, message).at(field));
    match failure.server_code.as_deref() {
        Some("invalid_credentials" | "invalid_grant") => {
            let message = "Incorrect email or password.";
            refused(Code::InvalidCredentials, InputField::Password, message)
        }
        Some("email_not_confirmed") => refused(
            Code::AccountBlocked,
            InputField::Email,
            "Email not confirmed. Open the link in the confirmation email, then sign in.",
        ),
        Some("user_banned") => {
            let message = "This account is blocked. Contact your administrator.";
            refused(Code::AccountBlocked, InputField::Email, message)
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
            Some("refresh_token_already_used") => "Your session was used on another device. Sign in again.",
            Some("user_banned" | "user_not_found") => "This account is blocked or deleted. Contact your administrator.",
            _ => "Your session has expired. Sign in again.",
        };
        return Denial::Refused(Error::new(Code::SessionExpired, words));
    }
    // Whoever waits for the token must not take a proxy's 401 for a word about the session.
    let code = if failure.error.code == Code::SessionExpired { Code::ServerError } else { failure.error.code };
    Denial::Delayed(Error { code, ..failure.error }, failure.retry_after)
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
    fn a_session_is_read_however_its_life_is_written() {
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
    fn a_wrong_password_is_told_from_a_server_in_trouble() {
        let wrong = deny_password(&failure(400, Some("invalid_credentials")));
        assert!(matches!(wrong, Denial::Refused(error) if error.code == Code::InvalidCredentials));
        for status in [429, 500, 503] {
            assert!(matches!(deny_password(&failure(status, None)), Denial::Delayed(..)), "{status}");
        }
    }
}
