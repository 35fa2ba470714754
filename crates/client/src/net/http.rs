//! What all HTTP requests share: clients, redirects, reading responses and mapping failures to errors.

use std::{
    io::{ErrorKind, Read},
    time::Duration,
};

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{Client, ClientBuilder, Method, Request, RequestBuilder, Response, StatusCode, header, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tallylight_core::{Code, Error, model::trusted_url::is_trustworthy, protocol::json as core_json};
use url::Url;

use crate::net::connector::NetworkConnector;

/// The time-out for establishing a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time-out of a request with a small response.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);
/// The largest response about one thing, in bytes: enough for a job with a long transcript.
pub const ANSWER_LIMIT: usize = 32 << 20;
/// The longest wait that a `Retry-After` can request.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);
/// How many redirects in a row are followed.
const REDIRECT_LIMIT: usize = 5;

/// The failure of a request.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The error for the user.
    pub error: Error,
    /// The status of the response, if there was one.
    pub status: Option<StatusCode>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// The server's own error code, if the response has one.
    pub server_code: Option<String>,
    /// Whether no connection was established, so that the server has certainly not received the request.
    pub never_left: bool,
}

impl Failure {
    /// Creates a failure without a response.
    pub fn local(error: Error) -> Self {
        Self { error, status: None, retry_after: None, server_code: None, never_left: false }
    }

    /// Returns whether the server refused the access token.
    pub fn is_unauthorized(&self) -> bool {
        self.status == Some(StatusCode::UNAUTHORIZED) && self.error.code == Code::SessionExpired
    }

    /// Returns whether the backend refuses the resource for this account: 403, 404, 410, and 422 for an id that it
    /// cannot read.
    pub fn is_denial(&self) -> bool {
        self.status.is_some_and(|status| matches!(status.as_u16(), 403 | 404 | 410 | 422))
    }

    /// Returns whether the account has no permission.
    pub fn is_forbidden(&self) -> bool {
        self.status == Some(StatusCode::FORBIDDEN)
    }
}

/// Creates the HTTP client of a backend. It follows no redirects itself; [`send`] does.
///
/// # Errors
/// [`Code::ServerError`] if TLS cannot be set up.
pub fn client(server: &Url, connector: &NetworkConnector) -> Result<Client, Error> {
    finish(Client::builder, server, connector)
}

/// Creates a client for requests that are never redirected: those with passwords or refresh tokens, and uploads to
/// signed URLs.
///
/// # Errors
/// [`Code::ServerError`] if TLS cannot be set up.
pub fn unredirected_client(server: &Url, connector: &NetworkConnector) -> Result<Client, Error> {
    finish(|| Client::builder().timeout(CALL_LIMIT), server, connector)
}

fn finish(builder: impl Fn() -> ClientBuilder, server: &Url, connector: &NetworkConnector) -> Result<Client, Error> {
    let builder = || {
        let builder = builder().redirect(redirect::Policy::none());
        builder.user_agent(concat!("Tallylight/", env!("CARGO_PKG_VERSION"))).connect_timeout(CONNECT_TIMEOUT)
    };
    // Plain `http` is only allowed for this computer, which is never reached through a proxy.
    let built = if server.scheme() == "http" { build_local(builder) } else { connector.configure(builder()).build() };
    built.map_err(|error| {
        Error::new(Code::Internal, format!("Couldn't start the HTTP client: {error}")).caused_by(error)
    })
}

/// Creates a client for plain `http` on this computer, also where there are no certificates: it needs none.
///
/// # Errors
/// TLS cannot be set up.
pub fn build_local(builder: impl Fn() -> ClientBuilder) -> reqwest::Result<Client> {
    builder().no_proxy().build().or_else(|_| builder().no_proxy().tls_certs_only([]).build())
}

/// Sends a request and follows redirects (docs/adr/0011-redirects.md). Within the origin the token is kept; to another
/// origin it is removed, and the target must be encrypted. A redirect from https to http on the same host is followed
/// as https: it comes from a server behind a proxy that ends TLS.
///
/// # Errors
/// A [`Failure`] without a response: the request failed, or there were too many redirects ([`Code::ServerError`]).
pub async fn send(client: &Client, call: RequestBuilder) -> Result<Response, Failure> {
    let mut request = call.build().map_err(request_failure)?;
    for _ in 0..=REDIRECT_LIMIT {
        let again = request.try_clone();
        let had_token = request.headers().contains_key(header::AUTHORIZATION);
        let mut response = client.execute(request).await.map_err(request_failure)?;
        let Some((next, again)) = redirected(&response).zip(again) else {
            if !had_token {
                response.extensions_mut().insert(WithoutToken);
            }
            return Ok(response);
        };
        request = follow(again, response.status(), next);
    }
    Err(Failure::local(Error::new(Code::ServerError, "The studio redirects in a loop. Contact its administrator.")))
}

/// Marks a response to a request that carried no token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WithoutToken;

/// Returns the target of a redirect, if it may be followed.
pub fn redirected(response: &Response) -> Option<Url> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    redirect_target(response.url(), response.headers().get(header::LOCATION)?.to_str().ok()?)
}

/// Returns the URL of a `Location` header, if it may be used.
pub fn redirect_target(from: &Url, location: &str) -> Option<Url> {
    let mut to = from.join(location).ok()?;
    if from.scheme() == "https" && to.scheme() == "http" && from.host() == to.host() {
        // An explicit port of the http URL is not the port of https.
        let _ = to.set_scheme("https");
        let _ = to.set_port(from.port());
    }
    (to.origin() == from.origin() || is_trustworthy(&to)).then_some(to)
}

/// Creates the request that follows a redirect.
fn follow(mut request: Request, status: StatusCode, to: Url) -> Request {
    if request.url().origin() != to.origin() {
        request.headers_mut().remove(header::AUTHORIZATION);
        request.headers_mut().remove("apikey");
    }
    // As in browsers: 303 becomes a GET; 301 and 302 turn a POST into a GET.
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

/// Maps the error of a request that got no response.
pub fn request_failure(error: reqwest::Error) -> Failure {
    let host = error.url().and_then(Url::host_str).unwrap_or("the studio").to_owned();
    let never_left = error.is_connect();
    let failure = if error.is_timeout() {
        Error::new(Code::Unreachable, format!("{host} didn't respond in time. Check your network or try again later."))
    } else if error.is_decode() || error.is_body() {
        Error::new(Code::Unreachable, format!("Connection to {host} interrupted. Try again."))
    } else {
        unreachable(&error, &host)
    };
    // The URL may hold a token.
    Failure { never_left, ..Failure::local(failure.caused_by(error.without_url())) }
}

/// Maps a connection error to a message for the user. The libraries' own messages are only logged.
pub fn unreachable(error: &(dyn std::error::Error + 'static), host: &str) -> Error {
    let chain: Vec<_> = std::iter::successors(Some(error), |error| error.source()).collect();
    let words = chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::debug!(host, error = words, "connection failed");
    let io = chain.iter().find_map(|error| error.downcast_ref::<std::io::Error>());
    let kind = io.map(std::io::Error::kind);
    // Windows reports DNS errors as numbers: WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY, WSANO_DATA.
    let is_nameless =
        cfg!(windows) && io.and_then(std::io::Error::raw_os_error).is_some_and(|code| (11001..=11004).contains(&code));
    let lower = words.to_lowercase();
    if lower.contains("certificate") {
        let why = chain.last().map(ToString::to_string).unwrap_or_default();
        let message =
            format!("The certificate of {host} isn't trusted ({why}). Check the URL or add a CA certificate.");
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

/// Reads the body of a response, of at most `limit` bytes.
///
/// # Errors
/// [`Code::ServerError`] if it is larger, [`Code::Unreachable`] if the connection is lost.
pub async fn bytes(mut response: Response, limit: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(request_failure)? {
        if bytes.len() + chunk.len() > limit {
            return Err(too_much(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the body of a response as text, of at most `limit` bytes.
///
/// # Errors
/// As [`bytes()`], and [`Code::ServerError`] for an unknown compression.
pub async fn text(response: Response, limit: usize) -> Result<String, Failure> {
    if let Some(encoding) = response.headers().get(header::CONTENT_ENCODING)
        && encoding != "identity"
    {
        let name = encoding.to_str().unwrap_or("unknown").to_owned();
        let message =
            format!("The studio sent an unsupported compressed response ({name}). Contact its administrator.");
        return Err(Failure::local(Error::new(Code::ServerError, message)));
    }
    let bytes = decompressed(bytes(response, limit).await?, limit)?;
    // Converted without a copy, because it may contain a token and only the returned text is wiped.
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Decompresses a gzip body that is not declared as compressed.
fn decompressed(bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, Failure> {
    const MAGIC: [u8; 2] = [0x1f, 0x8b];
    if !bytes.starts_with(&MAGIC) {
        return Ok(bytes);
    }
    let mut decompressed = Vec::new();
    let max = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(max).read_to_end(&mut decompressed) {
        Ok(_) if decompressed.len() <= limit => Ok(decompressed),
        Ok(_) => Err(too_much(limit)),
        Err(_) => Ok(bytes),
    }
}

fn too_much(limit: usize) -> Failure {
    let message = format!("The studio's response is larger than {} MiB. Contact its administrator.", limit >> 20);
    Failure::local(Error::new(Code::ServerError, message))
}

/// Parses the JSON of a response tolerantly. An HTML page counts as a captive portal.
///
/// # Errors
/// [`Code::CaptivePortal`] for a page, [`Code::ServerError`] for invalid JSON.
pub fn json(text: &str) -> Result<Value, Failure> {
    is_data(text)?;
    core_json::parse(text).map(|parsed| parsed.value).map_err(|error| {
        tracing::debug!(%error, "unreadable response");
        Failure::local(Error::new(Code::ServerError, "The studio sent an invalid response. Try again later."))
    })
}

/// Parses the JSON of a response into a type with a fixed shape, such as a session.
///
/// # Errors
/// As [`json()`].
pub fn json_as<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    // Parsed directly if possible, because the text may contain secrets and intermediate values are not wiped.
    if let Ok(read) = serde_json::from_str(text.trim_start_matches('\u{feff}')) {
        return Ok(read);
    }
    let value = json(text)?;
    serde_json::from_value(value).map_err(|error| {
        // The library's message may quote the text, which may contain secrets.
        tracing::debug!(line = error.line(), "response of another shape");
        Failure::local(Error::new(Code::ServerError, "The studio sent an invalid response. Try again later."))
    })
}

/// Checks that a response is JSON and not the page of a captive portal or a proxy.
///
/// # Errors
/// [`Code::CaptivePortal`] for anything else.
pub fn is_data(text: &str) -> Result<(), Failure> {
    if text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']) {
        return Ok(());
    }
    let message = "The network is blocking the studio. Open a web page to sign in to the Wi-Fi.";
    Err(Failure::local(Error::new(Code::CaptivePortal, message)))
}

/// Reads the `Date` header of a response: the server's clock.
pub fn date(headers: &header::HeaderMap) -> Option<Timestamp> {
    parse_http_date(headers.get(header::DATE)?.to_str().ok()?)
}

/// Reads `Retry-After`, in seconds or as a date, of at most [`MAX_RETRY_AFTER`].
pub fn retry_after(headers: &header::HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Duration::try_from(parse_http_date(text)?.duration_since(date(headers)?)).ok()?,
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

fn parse_http_date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

/// Maps a response with an error status, using the server's error code and message in any of the known formats.
pub async fn read_failure(response: Response) -> Failure {
    let (status, retry_after) = (response.status(), retry_after(response.headers()));
    let is_without_token = response.extensions().get::<WithoutToken>().is_some();
    let url = response.url().clone();
    if status.is_redirection() {
        return forbidden_redirect(&response);
    }
    let text = text(response, ANSWER_LIMIT).await.unwrap_or_default();
    let body = core_json::parse(&text).map(|parsed| parsed.value).unwrap_or_default();
    if status == StatusCode::UNAUTHORIZED && is_without_token {
        // The 401 does not concern the token, because none was sent to that origin.
        let message =
            format!("The studio redirects to {}. Connect to that URL instead.", url.origin().ascii_serialization());
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

/// Returns the failure of a redirect whose target may not be followed.
fn forbidden_redirect(response: &Response) -> Failure {
    let place = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok()).unwrap_or("nowhere");
    let place = response.url().join(place).map_or_else(|_| place.to_owned(), |url| url.origin().ascii_serialization());
    let message = format!("The studio redirects to {place}, which isn't allowed. Check the URL.");
    Failure { status: Some(response.status()), ..Failure::local(Error::new(Code::ServerError, message)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_only_followed_to_encrypted_or_local_urls() {
        let from = Url::parse("https://api.acme.tv/api/v1/jobs?limit=1").expect("an address");
        for (location, to) in [
            ("/api/v1/jobs/?limit=1", Some("https://api.acme.tv/api/v1/jobs/?limit=1")),
            // Behind a proxy that ends TLS, a server redirects to http.
            ("http://api.acme.tv/api/v1/jobs/?limit=1", Some("https://api.acme.tv/api/v1/jobs/?limit=1")),
            ("http://api.acme.tv:80/jobs/", Some("https://api.acme.tv/jobs/")),
            ("https://other.acme.tv/jobs/", Some("https://other.acme.tv/jobs/")),
            ("http://other.acme.tv/jobs/", None),
            ("ftp://api.acme.tv/jobs/", None),
            ("http://", None),
        ] {
            assert_eq!(redirect_target(&from, location).as_ref().map(Url::as_str), to, "{location}");
        }
        let local = Url::parse("http://127.0.0.1:8000/jobs").expect("an address");
        assert_eq!(redirect_target(&local, "/jobs/").as_ref().map(Url::as_str), Some("http://127.0.0.1:8000/jobs/"));
    }

    #[test]
    fn undeclared_gzip_is_decompressed_within_the_limit() {
        use std::io::Write;
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        zip.write_all(&[b' '; 4096]).expect("bytes");
        let bytes = zip.finish().expect("bytes");
        assert_eq!(decompressed(bytes.clone(), 4096).expect("within").len(), 4096);
        assert!(decompressed(bytes, 4095).is_err(), "a decompression bomb is refused");
        assert_eq!(decompressed(vec![0x1f, 0x8b, 7], 10).expect("not zipped after all"), [0x1f, 0x8b, 7]);
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
        assert_eq!(retry_after(&headers(&[("retry-after", "18446744073709551615")])), Some(MAX_RETRY_AFTER));
    }
}
