//! What every HTTP call shares: the client, and reading failures.

use std::{io::ErrorKind, time::Duration};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{Client, ClientBuilder, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use tallylight_core::{Code, Error, discovery::is_trustworthy};
use url::Url;

use crate::route::Route;

/// Time for the connection itself.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Time for a whole call with a small answer.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);
/// The largest answer about one thing that is read, in bytes: a job with a long transcript.
pub const ANSWER_LIMIT: usize = 32 << 20;
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
pub fn client(server: &Url, route: &Route) -> Result<Client, Error> {
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
    finish(Client::builder().redirect(policy), server, route)
}

/// Makes a client that follows no redirect at all: for passwords and refresh tokens, and for what is signed for one place.
pub fn unredirected_client(server: &Url, route: &Route) -> Result<Client, Error> {
    finish(Client::builder().timeout(CALL_LIMIT).redirect(redirect::Policy::none()), server, route)
}

fn finish(builder: ClientBuilder, server: &Url, route: &Route) -> Result<Client, Error> {
    let builder = builder.user_agent(concat!("Tallylight/", env!("CARGO_PKG_VERSION"))).connect_timeout(CONNECT_LIMIT);
    // Plain http is for this machine only, and a proxy is another.
    let builder = if server.scheme() == "http" { builder.no_proxy() } else { route.lead(builder) };
    builder.build().map_err(|error| Error::new(Code::ServerError, format!("no HTTP client could be made: {error}")))
}

/// Says why no answer came.
pub fn unanswered(error: &reqwest::Error) -> Failure {
    let host = error.url().and_then(Url::host_str).unwrap_or("the studio").to_owned();
    let error = if error.is_timeout() {
        Error::new(Code::Unreachable, format!("{host} did not answer in time: check the network, or try again later"))
    } else if error.is_decode() || error.is_body() {
        Error::new(Code::Unreachable, format!("the connection to {host} broke: try again"))
    } else {
        unreachable(error, &host)
    };
    Failure::local(error)
}

/// Says in plain words why a host could not be reached; the libraries' own words are for the log.
pub fn unreachable(error: &(dyn std::error::Error + 'static), host: &str) -> Error {
    let chain: Vec<_> = std::iter::successors(Some(error), |error| error.source()).collect();
    let words = chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::debug!(host, words, "no connection");
    let kind = chain.iter().find_map(|error| error.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    let lower = words.to_lowercase();
    if lower.contains("certificate") {
        let why = chain.last().map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "the certificate of {host} is not trusted ({why}): check the address, or ask whoever runs the studio"
        );
        return Error::new(Code::UntrustedCertificate, message);
    }
    let why = match kind {
        Some(ErrorKind::ConnectionRefused) => format!("nothing answers at {host}: it may be stopped, or restarting"),
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown) => {
            format!("there is no way to {host}: check the network")
        }
        Some(ErrorKind::TimedOut) => format!("{host} did not answer in time: check the network, or try again later"),
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof) => {
            format!("the connection to {host} broke: try again")
        }
        _ if lower.contains("invalidcontenttype") => {
            format!("{host} does not speak https: a server on this computer may want http:// in front of its address")
        }
        _ if lower.contains("dns error") || lower.contains("lookup") || lower.contains("resolv") => {
            format!("the name of {host} could not be found: check the address and the network")
        }
        _ => format!("{host} cannot be reached: check the address and the network"),
    };
    Error::new(Code::Unreachable, why)
}

/// Reads an answer, at most so many bytes of it.
pub async fn bytes(mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
        if bytes.len() + chunk.len() > limit {
            let message = format!("the studio answered with more than {} MiB: ask whoever runs it", limit >> 20);
            return Err(Failure::local(Error::new(Code::ServerError, message)));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the text of an answer, at most so many bytes of it.
pub async fn text(response: Response, limit: usize) -> Result<String, Failure> {
    let bytes = bytes(response, limit).await?;
    // Without a copy: there may be a token in it, and only the text is wiped.
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Reads the JSON of an answer. A page in its place is no answer of a studio.
pub fn json<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    is_data(text)?;
    serde_json::from_str(text).map_err(|error| {
        tracing::debug!(%error, "an unreadable answer");
        Failure::local(Error::new(Code::ServerError, "the studio answered with something unreadable: try again later"))
    })
}

/// Tells an answer of a studio from the page of a Wi-Fi or a proxy that stands in its place.
pub fn is_data(text: &str) -> Result<(), Failure> {
    if text.trim_start().starts_with(['{', '[']) {
        return Ok(());
    }
    let message = "something else answers in the studio's place: open a web page, the Wi-Fi may ask you to sign in";
    Err(Failure::local(Error::new(Code::CaptivePortal, message)))
}

/// Reads the `Date` of an answer: the server's clock.
pub fn date(headers: &header::HeaderMap) -> Option<Timestamp> {
    parse_http_date(headers.get(header::DATE)?.to_str().ok()?)
}

/// Reads `Retry-After`, in seconds or as a date.
pub fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    Duration::try_from(parse_http_date(text)?.duration_since(date(headers)?)).ok()
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads a failed answer: its status, and what the server says about it in any of the shapes that are in use.
pub async fn refused(response: Response) -> Failure {
    let (status, retry_after) = (response.status(), retry_after(response.headers()));
    let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
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
    let message = match (message, retry_after) {
        (_, Some(wait)) if code == Code::RateLimited => {
            format!("the studio asks to slow down: try again in {} s", wait.as_secs().max(1))
        }
        (Some(message), _) => message,
        (None, _) => format!("{fallback} (status {})", status.as_u16()),
    };
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
