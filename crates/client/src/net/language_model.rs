//! Asking a language model: one request, with limits of time and size.

use std::time::Duration;

use reqwest::{Client, StatusCode, header, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tallylight_core::{Code, Error, model::text::one_line, settings::Network};
use url::Url;

use crate::net::{connector::NetworkConnector, http};

/// How long an answer may take: a model on a slow computer writes a few words a second.
const TIME_LIMIT: Duration = Duration::from_mins(5);
/// The largest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 1 << 20;
/// How much of an error's text is shown, in characters.
const SHOWN: usize = 300;

/// Sends a body to a language model, and returns its answer.
///
/// # Errors
/// [`Code::LanguageModel`], with what the server said.
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
    let answer = request.send().await.map_err(|error| unanswered(&error, host))?;
    let status = answer.status();
    let text = http::text(answer, ANSWER_LIMIT).await.map_err(|failure| error(&failure.error.message))?;
    if status.is_success() { Ok(text) } else { Err(refused(status, &text)) }
}

/// Makes a client that sends what it is given to that address alone: what is said in a video is for nobody else.
fn client(network: &Network, url: &Url) -> Result<Client, Error> {
    let builder = Client::builder().timeout(TIME_LIMIT).redirect(redirect::Policy::none());
    let builder =
        if url.scheme() == "http" { builder.no_proxy() } else { NetworkConnector::new(network)?.configure(builder) };
    builder.build().map_err(|failure| error(&failure.to_string()))
}

/// Makes a client that downloads large files the way that a person chose.
///
/// # Errors
/// Says what is wrong with the settings of the network.
pub fn download_client(network: &Network) -> Result<Client, Error> {
    let builder = Client::builder().user_agent(concat!("Tallylight/", env!("CARGO_PKG_VERSION")));
    let builder = NetworkConnector::new(network)?.configure(builder.connect_timeout(Duration::from_secs(10)));
    builder.build().map_err(|error| Error::new(Code::ServerError, format!("Couldn't start the HTTP client: {error}")))
}

fn error(why: &str) -> Error {
    Error::new(Code::LanguageModel, format!("The language model didn't respond ({why}). Try again."))
}

fn unanswered(failure: &reqwest::Error, host: &str) -> Error {
    if failure.is_timeout() {
        let minutes = TIME_LIMIT.as_secs() / 60;
        return error(&format!("more than {minutes} minutes, try a smaller model"));
    }
    Error::new(Code::LanguageModel, format!("Couldn't connect to a language model at {host}. Check the URL and that the server is running."))
}

fn refused(status: StatusCode, text: &str) -> Error {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    // OpenAI has an object with a message, Ollama and LM Studio a text.
    let said = body["error"]["message"].as_str().or_else(|| body["error"].as_str()).unwrap_or_default();
    let said: String = one_line(said).chars().take(SHOWN).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
    let words = match status.as_u16() {
        401 | 403 => "The language model rejected the API key. Enter it again",
        404 => "Language model not found. Check the model name and the URL",
        429 => "Language model quota exceeded. Try again later",
        _ => "The language model returned an error. Try again",
    };
    Error::new(Code::LanguageModel, format!("{words}{said}."))
}
