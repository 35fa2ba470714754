//! What every HTTP call shares: the client, and reading failures.

use std::{
    io::{ErrorKind, Read},
    time::Duration,
};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{Client, ClientBuilder, Method, Request, RequestBuilder, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tallylight_core::{Code, Error, discovery::is_trustworthy, protocol::json as core_json};
use url::Url;

use crate::net::connector::NetworkConnector;

/// Time for the connection itself.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Time for a whole call with a small answer.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);
/// The largest answer about one thing that is read, in bytes: a job with a long transcript.
pub const ANSWER_LIMIT: usize = 32 << 20;
/// The most that a `Retry-After` may ask for: a backend that says more is asked again all the same.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
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
    /// Whether nothing of the call ever left this computer.
    pub never_left: bool,
}

impl Failure {
    /// Makes a failure without an answer.
    pub fn local(error: Error) -> Self {
        Self { error, status: None, retry_after: None, server_code: None, never_left: false }
    }

    /// Tells whether the access token was refused.
    pub fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED) && self.error.code == Code::SessionExpired
    }

    /// Tells whether the backend says that there is no such thing for this account: 403, 404, 410, and 422 where an id can be
    /// none of its.
    pub fn is_denial(&self) -> bool {
        self.status.is_some_and(|status| matches!(status.as_u16(), 403 | 404 | 410 | 422))
    }

    /// Tells whether the account may not have what it asked for.
    pub fn is_forbidden(&self) -> bool {
        self.status == Some(StatusCode::FORBIDDEN)
    }
}

/// Makes the client of a backend. Redirects are followed by [`send`].
pub fn client(server: &Url, route: &NetworkConnector) -> Result<Client, Error> {
    finish(Client::builder(), server, route)
}

/// Makes a client for calls that are never redirected: those with passwords and refresh tokens, and what is signed for one
/// place.
pub fn unredirected_client(server: &Url, route: &NetworkConnector) -> Result<Client, Error> {
    finish(Client::builder().timeout(CALL_LIMIT), server, route)
}

fn finish(builder: ClientBuilder, server: &Url, route: &NetworkConnector) -> Result<Client, Error> {
    let builder = builder.redirect(redirect::Policy::none());
    let builder = builder.user_agent(concat!("Tallylight/", env!("CARGO_PKG_VERSION"))).connect_timeout(CONNECT_LIMIT);
    // Plain http is for this machine only, and a proxy is another.
    let builder = if server.scheme() == "http" { builder.no_proxy() } else { route.configure(builder) };
    builder.build().map_err(|error| Error::new(Code::ServerError, format!("Couldn't start the HTTP client: {error}")))
}

/// Sends a call, and follows redirects: within the origin as it is, to another origin only where that is encrypted, and
/// without the token. From https to http of the same host the call goes to https again: whoever redirects so stands behind
/// a proxy and does not know.
///
/// # Errors
/// No answer came, or there were too many redirects.
pub async fn send(client: &Client, call: RequestBuilder) -> Result<Response, Failure> {
    let mut request = call.build().map_err(|error| unanswered(&error))?;
    for _ in 0..=REDIRECT_LIMIT {
        let again = request.try_clone();
        let carried = request.headers().contains_key(header::AUTHORIZATION);
        let mut response = client.execute(request).await.map_err(|error| unanswered(&error))?;
        let Some((next, again)) = redirected(&response).zip(again) else {
            if !carried {
                response.extensions_mut().insert(WithoutToken);
            }
            return Ok(response);
        };
        request = follow(again, response.status(), next);
    }
    Err(Failure::local(Error::new(Code::ServerError, "The studio redirects in a loop. Contact its administrator.")))
}

/// Stands with an answer to a call that carried no token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithoutToken;

/// Returns where an answer leads, if that may be followed.
pub fn redirected(response: &Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    leads_to(response.url(), response.headers().get(header::LOCATION)?.to_str().ok()?)
}

fn leads_to(from: &Url, location: &str) -> Option<Url> {
    let mut to = from.join(location).ok()?;
    if from.scheme() == "https" && to.scheme() == "http" && from.host() == to.host() {
        // A port that was said of http is none of https.
        let _ = to.set_scheme("https");
        let _ = to.set_port(from.port());
    }
    (to.origin() == from.origin() || is_trustworthy(&to)).then_some(to)
}

/// Makes the call that follows a redirect.
fn follow(mut request: Request, status: StatusCode, to: Url) -> Request {
    if request.url().origin() != to.origin() {
        request.headers_mut().remove(header::AUTHORIZATION);
        request.headers_mut().remove("apikey");
    }
    // As browsers do: 303 asks for the other place, 301 and 302 turn a POST into that.
    let is_see_other = status == StatusCode::SEE_OTHER && request.method() != Method::HEAD;
    let is_moved_post = matches!(status.as_u16(), 301 | 302) && request.method() == Method::POST;
    if is_see_other || is_moved_post {
        *request.method_mut() = Method::GET;
        *request.body_mut() = None;
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            request.headers_mut().remove(name);
        }
    }
    *request.url_mut() = to;
    request
}

/// Says why no answer came.
pub fn unanswered(error: &reqwest::Error) -> Failure {
    let host = error.url().and_then(Url::host_str).unwrap_or("the studio").to_owned();
    let never_left = error.is_connect();
    let error = if error.is_timeout() {
        Error::new(Code::Unreachable, format!("{host} didn't respond in time. Check your network or try again later."))
    } else if error.is_decode() || error.is_body() {
        Error::new(Code::Unreachable, format!("Connection to {host} interrupted. Try again."))
    } else {
        unreachable(error, &host)
    };
    Failure { never_left, ..Failure::local(error) }
}

/// Says in plain words why a host could not be reached; the libraries' own words are for the log.
pub fn unreachable(error: &(dyn std::error::Error + 'static), host: &str) -> Error {
    let chain: Vec<_> = std::iter::successors(Some(error), |error| error.source()).collect();
    let words = chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::debug!(host, words, "no connection");
    let io = chain.iter().find_map(|error| error.downcast_ref::<std::io::Error>());
    let kind = io.map(std::io::Error::kind);
    // Windows says so with a number: WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY or WSANO_DATA.
    let is_nameless =
        cfg!(windows) && io.and_then(std::io::Error::raw_os_error).is_some_and(|code| (11001..=11004).contains(&code));
    let lower = words.to_lowercase();
    if lower.contains("certificate") {
        let why = chain.last().map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "The certificate of {host} isn't trusted ({why}). Check the URL or add a CA certificate."
        );
        return Error::new(Code::UntrustedCertificate, message);
    }
    let why = match kind {
        Some(ErrorKind::ConnectionRefused) => format!("Couldn't connect to {host}. It may be stopped or restarting."),
        Some(ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::NetworkDown) => {
            format!("Couldn't reach {host}. Check your network.")
        }
        Some(ErrorKind::TimedOut) => format!("{host} didn't respond in time. Check your network or try again later."),
        Some(ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof) => {
            format!("Connection to {host} interrupted. Try again.")
        }
        _ if lower.contains("invalidcontenttype") => {
            format!("{host} doesn't support HTTPS. For a server on this computer, start the URL with http://.")
        }
        _ if is_nameless || lower.contains("dns error") || lower.contains("lookup") || lower.contains("resolv") => {
            format!("Couldn't find {host}. Check the URL and your network.")
        }
        _ => format!("Couldn't reach {host}. Check the URL and your network."),
    };
    Error::new(Code::Unreachable, why)
}

/// Reads an answer, at most so many bytes of it.
pub async fn bytes(mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
        if bytes.len() + chunk.len() > limit {
            return Err(too_much(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the text of an answer, at most so many bytes of it.
pub async fn text(response: Response, limit: usize) -> Result<String, Failure> {
    if let Some(encoding) = response.headers().get(header::CONTENT_ENCODING)
        && encoding != "identity"
    {
        let name = encoding.to_str().unwrap_or("unknown").to_owned();
        let message =
            format!("The studio sent an unsupported compressed response ({name}). Contact its administrator.");
        return Err(Failure::local(Error::new(Code::ServerError, message)));
    }
    let bytes = unzipped(bytes(response, limit).await?, limit)?;
    // Without a copy: there may be a token in it, and only the text is wiped.
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Unpacks an answer that is compressed without saying so.
fn unzipped(bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, Failure> {
    const MAGIC: [u8; 2] = [0x1f, 0x8b];
    if !bytes.starts_with(&MAGIC) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(most).read_to_end(&mut unpacked) {
        Ok(_) if unpacked.len() <= limit => Ok(unpacked),
        Ok(_) => Err(too_much(limit)),
        Err(_) => Ok(bytes),
    }
}

fn too_much(limit: usize) -> Failure {
    let message = format!("The studio's response is larger than {} MiB. Contact its administrator.", limit >> 20);
    Failure::local(Error::new(Code::ServerError, message))
}

/// Reads the JSON of an answer, whatever of it can be read. A page in its place is no answer of a studio.
pub fn json(text: &str) -> Result<Value, Failure> {
    is_data(text)?;
    core_json::parse(text).map(|parsed| parsed.value).map_err(|error| {
        tracing::debug!(%error, "an unreadable answer");
        Failure::local(Error::new(Code::ServerError, "The studio sent an invalid response. Try again later."))
    })
}

/// Reads the JSON of an answer as something that is always of one shape, such as a session.
pub fn json_as<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    // Read in one go where that can be, because there may be secrets in it.
    if let Ok(read) = serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        return Ok(read);
    }
    let value = json(text)?;
    serde_json::from_value(value).map_err(|error| {
        // The library's words may quote what it read.
        tracing::debug!(line = error.line(), "an answer of another shape");
        Failure::local(Error::new(Code::ServerError, "The studio sent an invalid response. Try again later."))
    })
}

/// Tells an answer of a studio from the page of a Wi-Fi or a proxy that stands in its place.
pub fn is_data(text: &str) -> Result<(), Failure> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
        return Ok(());
    }
    let message = "The network is blocking the studio. Open a web page to sign in to the Wi-Fi.";
    Err(Failure::local(Error::new(Code::CaptivePortal, message)))
}

/// Reads the `Date` of an answer: the server's clock.
pub fn date(headers: &header::HeaderMap) -> Option<Timestamp> {
    parse_http_date(headers.get(header::DATE)?.to_str().ok()?)
}

/// Reads `Retry-After`, in seconds or as a date.
pub fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(parse_http_date(text)?.duration_since(date(headers)?)).ok()?,
    };
    Some(wait.min(LONGEST_WAIT))
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Reads a failed answer: its status, and what the server says about it in any of the shapes that are in use.
pub async fn refused(response: Response) -> Failure {
    let (status, retry_after) = (response.status(), retry_after(response.headers()));
    let is_without_token = response.extensions().get::<WithoutToken>().is_some();
    let place = response.url().clone();
    if status.is_redirection() {
        return misled(&response);
    }
    let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
    let body = core_json::parse(&text).map(|parsed| parsed.value).unwrap_or_default();
    if status == StatusCode::UNAUTHORIZED && is_without_token {
        // Nobody refused a token: none was sent there.
        let message = format!(
            "The studio redirects to {}. Connect to that URL instead.",
            place.origin().ascii_serialization()
        );
        return Failure { status: Some(status), ..Failure::local(Error::new(Code::ServerError, message)) };
    }
    let said = |names: &[&str]| names.iter().find_map(|name| body.get(*name)?.as_str()).map(str::to_owned);
    let server_code = said(&["error_code", "code", "error"]);
    let message = said(&["msg", "message", "error_description", "detail"]);
    let (code, fallback) = match status.as_u16() {
        401 => (Code::SessionExpired, "Your session has expired. Sign in again."),
        403 => (Code::Forbidden, "You don't have permission to do this."),
        404 => (Code::NotFound, "Not found. It may have been deleted."),
        413 => (Code::TooLarge, "The file exceeds the studio's size limit."),
        429 => (Code::RateLimited, "Too many requests. Try again in a minute."),
        507 => (Code::DiskFull, "The studio's disk is full. Contact its administrator."),
        _ => (Code::ServerError, "The studio returned an error. Try again later."),
    };
    let message = match (message, retry_after) {
        (_, Some(wait)) if code == Code::RateLimited => {
            format!("Too many requests. Try again in {} s.", wait.as_secs().max(1))
        }
        (Some(message), _) => message,
        (None, _) => format!("{fallback} (status {})", status.as_u16()),
    };
    Failure { error: Error::new(code, message), status: Some(status), retry_after, server_code, never_left: false }
}

/// Says where an answer leads that may not be followed.
fn misled(response: &Response) -> Failure {
    let place = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok()).unwrap_or("nowhere");
    let place = response.url().join(place).map_or_else(|_| place.to_owned(), |url| url.origin().ascii_serialization());
    let message =
        format!("The studio redirects to {place}, which isn't allowed. Check the URL.");
    Failure { status: Some(response.status()), ..Failure::local(Error::new(Code::ServerError, message)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_only_where_nothing_is_sent_in_the_clear() {
        let from = Url::parse("https://api.acme.tv/api/v1/jobs?limit=1").expect("an address");
        for (location, to) in [
            ("/api/v1/jobs/?limit=1", Some("https://api.acme.tv/api/v1/jobs/?limit=1")),
            // Behind a proxy that ends TLS, a server takes itself for one of http.
            ("http://api.acme.tv/api/v1/jobs/?limit=1", Some("https://api.acme.tv/api/v1/jobs/?limit=1")),
            ("http://api.acme.tv:80/jobs/", Some("https://api.acme.tv/jobs/")),
            ("https://other.acme.tv/jobs/", Some("https://other.acme.tv/jobs/")),
            ("http://other.acme.tv/jobs/", None),
            ("ftp://api.acme.tv/jobs/", None),
            ("http://", None),
        ] {
            assert_eq!(leads_to(&from, location).as_ref().map(Url::as_str), to, "{location}");
        }
        let local = Url::parse("http://127.0.0.1:8000/jobs").expect("an address");
        assert_eq!(leads_to(&local, "/jobs/").as_ref().map(Url::as_str), Some("http://127.0.0.1:8000/jobs/"));
    }

    #[test]
    fn what_was_zipped_without_a_word_is_unzipped_within_its_limit() {
        use std::io::Write;
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        zip.write_all(&[b' '; 4096]).expect("bytes");
        let bytes = zip.finish().expect("bytes");
        assert_eq!(unzipped(bytes.clone(), 4096).expect("within").len(), 4096);
        assert!(unzipped(bytes, 4095).is_err(), "a bomb");
        assert_eq!(unzipped(vec![0x1f, 0x8b, 7], 10).expect("not zipped after all"), [0x1f, 0x8b, 7]);
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
        };
        assert_eq!(retry_after(&headers(&[("retry-after", "7")])), Some(Duration::from_secs(7)));
        let dated = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")];
        assert_eq!(retry_after(&headers(&dated)), Some(Duration::from_mins(1)));
        assert_eq!(retry_after(&headers(&[("retry-after", "soon")])), None);
        assert_eq!(retry_after(&headers(&[("retry-after", "18446744073709551615")])), Some(LONGEST_WAIT));
    }
}
