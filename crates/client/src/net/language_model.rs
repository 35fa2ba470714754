//! The request to a language model, with limits of time and size.

use std::time::Duration;

use reqwest::{Client, StatusCode, header, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tallylight_core::{Code, Error, model::text::one_line, settings::Network};
use url::Url;

use crate::net::{connector::NetworkConnector, http};

/// How long a response may take: a model on a slow computer writes a few words per second.
const TIMEOUT: Duration = Duration::from_mins(5);
/// The largest response, in bytes.
const ANSWER_LIMIT: usize = 1 << 20;
/// How many characters of an error's text are shown.
const MAX_SHOWN_LENGTH: usize = 300;

/// Sends a request body to a language model, and returns the response's text.
///
/// # Errors
/// [`Code::LanguageModel`] with the server's message; [`Code::File`] if the certificate file cannot be read.
pub async fn ask_language_model(
    network: &Network,
    url: &Url,
    key: Option<&SecretString>,
    body: String,
) -> Result<String, Error> {
    let host = url.host_str().unwrap_or_default();
    let client = client(network, url)?;
    let mut request = client.post(url.clone()).header(header::CONTENT_TYPE, "application/json").body(body);
    if let Some(key) = key {
        request = request.bearer_auth(key.expose_secret());
    }
    let answer = request.send().await.map_err(|error| request_failure(&error, host))?;
    let status = answer.status();
    let text = http::text(answer, ANSWER_LIMIT).await.map_err(|failure| error(&failure.error.message))?;
    if status.is_success() { Ok(text) } else { Err(read_failure(status, &text)) }
}

/// Creates a client that follows no redirects: a transcript must not reach another server.
fn client(network: &Network, url: &Url) -> Result<Client, Error> {
    let builder = || Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none());
    let built = if url.scheme() == "http" {
        http::build_local(builder)
    } else {
        NetworkConnector::new(network)?.configure(builder()).build()
    };
    built.map_err(|failure| error(&failure.to_string()))
}

/// Creates a client for large downloads, with the proxy of the settings, and with their certificates if these can be read.
///
/// # Errors
/// [`Code::Internal`] if TLS cannot be set up.
pub fn download_client(network: &Network) -> Result<Client, Error> {
    let builder = Client::builder().user_agent(concat!("Tallylight/", env!("CARGO_PKG_VERSION")));
    let (connector, _) = NetworkConnector::or_without_certificates(network);
    let builder = connector.configure(builder.connect_timeout(Duration::from_secs(10)));
    builder.build().map_err(|error| {
        Error::new(Code::Internal, format!("Couldn't start the HTTP client: {error}")).caused_by(error)
    })
}

fn error(why: &str) -> Error {
    Error::new(Code::LanguageModel, format!("The language model didn't respond ({why}). Try again."))
}

fn request_failure(failure: &reqwest::Error, host: &str) -> Error {
    if failure.is_timeout() {
        let minutes = TIMEOUT.as_secs() / 60;
        return error(&format!("more than {minutes} minutes, try a smaller model"));
    }
    Error::new(
        Code::LanguageModel,
        format!("Couldn't connect to a language model at {host}. Check the URL and that the server is running."),
    )
}

fn read_failure(status: StatusCode, text: &str) -> Error {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    // OpenAI sends an object with a message, Ollama and LM Studio a string.
    let said = body["error"]["message"].as_str().or_else(|| body["error"].as_str()).unwrap_or_default();
    let said: String = one_line(said).chars().take(MAX_SHOWN_LENGTH).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
    let words = match status.as_u16() {
        401 | 403 => "The language model rejected the API key. Enter it again",
        404 => "Language model not found. Check the model name and the URL",
        429 => "Language model quota exceeded. Try again later",
        _ => "The language model returned an error. Try again",
    };
    Error::new(Code::LanguageModel, format!("{words}{said}."))
}
