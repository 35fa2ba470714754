//! What every HTTP call shares: the client, and reading failures.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{Client, ClientBuilder, Response, StatusCode, header, redirect};
use tallylight_core::{Code, Error, discovery::is_trustworthy};
use url::Url;

/// Time for the connection itself.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Time for a whole call with a small answer.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);
/// Redirects that are followed in a row.
const REDIRECT_LIMIT: usize = 5;

/// Is a call that did not do what it was to do.
#[derive(Clone, Debug)]
pub struct Failure {
    /// For the person.
    pub error: Error,
    /// The status of the answer, if there was one.
    pub status: Option<StatusCode>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// The server's own error code, if it gave one.
    pub server_code: Option<String>,
}

impl Failure {
    /// Makes a failure without an answer.
    pub fn local(error: Error) -> Self {
        Self { error, status: None, retry_after: None, server_code: None }
    }

    /// Tells whether the access token was refused.
    pub fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED)
    }
}

/// Makes the client of a backend.
///
/// Redirects are followed within the origin, so that nothing that a call carries is ever sent elsewhere; to another
/// origin only where it is encrypted, and then the library drops the token.
pub fn client(server: &Url) -> Result<Client, Error> {
    let policy = redirect::Policy::custom(|attempt| {
        let from = attempt.previous().first().map(Url::origin);
        if attempt.previous().len() > REDIRECT_LIMIT {
            attempt.error("too many redirects")
        } else if from == Some(attempt.url().origin()) || is_trustworthy(attempt.url()) {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    finish(Client::builder().redirect(policy), server)
}

/// Makes the client of auth calls: passwords and refresh tokens follow no redirect at all.
pub fn auth_client(server: &Url) -> Result<Client, Error> {
    finish(Client::builder().timeout(CALL_LIMIT).redirect(redirect::Policy::none()), server)
}

fn finish(builder: ClientBuilder, server: &Url) -> Result<Client, Error> {
    let mut builder =
        builder.user_agent(concat!("Tallylight/", env!("CARGO_PKG_VERSION"))).connect_timeout(CONNECT_LIMIT);
    if server.scheme() == "http" {
        // Plain http is for this machine only, and a proxy is another.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| Error::new(Code::ServerError, format!("no HTTP client could be made: {error}")))
}

/// Says why no answer came.
pub fn unanswered(error: &reqwest::Error) -> Failure {
    let host = error.url().and_then(Url::host_str).unwrap_or("the studio").to_owned();
    // The library's own words are a chain; the last link names the cause.
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    let words = cause.to_string();
    let error = if words.to_lowercase().contains("certificate") {
        Error::new(
            Code::UntrustedCertificate,
            format!(
                "the certificate of {host} is not trusted ({words}): check the address, or ask whoever runs the studio"
            ),
        )
    } else if error.is_timeout() {
        Error::new(Code::Unreachable, format!("{host} did not answer in time: check the network, or try again later"))
    } else if error.is_decode() || error.is_body() {
        Error::new(Code::Unreachable, format!("the connection to {host} broke ({words})"))
    } else {
        Error::new(Code::Unreachable, format!("{host} cannot be reached ({words}): check the address and the network"))
    };
    Failure::local(error)
}

/// Reads the `Date` of an answer: the server's clock.
pub fn server_date(response: &Response) -> Option<Timestamp> {
    parse_http_date(response.headers().get(header::DATE)?.to_str().ok()?)
}

/// Reads `Retry-After`, in seconds or as a date.
pub fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = headers.get(header::DATE).and_then(|date| parse_http_date(date.to_str().ok()?))?;
    Duration::try_from(parse_http_date(text)?.duration_since(date)).ok()
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads a failed answer: its status, and what the server says about it in any of the shapes that are in use.
pub async fn refused(response: Response) -> Failure {
    let (status, retry_after) = (response.status(), retry_after(response.headers()));
    let text = response.text().await.unwrap_or_default();
    let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let said = |names: &[&str]| names.iter().find_map(|name| body.get(*name)?.as_str()).map(str::to_owned);
    let server_code = said(&["error_code", "code", "error"]);
    let message = said(&["msg", "message", "error_description", "detail"]);
    let (code, fallback) = match status.as_u16() {
        401 => (Code::SessionExpired, "the session is no longer accepted: sign in again"),
        403 => (Code::Forbidden, "this account may not do that"),
        404 => (Code::NotFound, "the studio does not have it (any more)"),
        413 => (Code::TooLarge, "the file is larger than the studio takes"),
        429 => (Code::RateLimited, "the studio asks to slow down: try again in a minute"),
        507 => (Code::DiskFull, "the disk of the studio is full"),
        _ => (Code::ServerError, "the studio answered with an error: try again later"),
    };
    let message = message.unwrap_or_else(|| format!("{fallback} (status {})", status.as_u16()));
    Failure { error: Error::new(code, message), status: Some(status), retry_after, server_code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
        };
        assert_eq!(retry_after(&headers(&[("retry-after", "7")])), Some(Duration::from_secs(7)));
        let dated = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")];
        assert_eq!(retry_after(&headers(&dated)), Some(Duration::from_mins(1)));
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")])), None);
    }
}
