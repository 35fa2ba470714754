//! Texts suggested by a language model. The request is prepared and shown to the user, and only sent when the user
//! confirms.

use secrecy::{ExposeSecret, SecretString};
use tallylight_client::{Handle, Keychain, TokenStore, Unlock, ask_language_model};
use tallylight_core::{
    Code, Error, JobId,
    settings::Settings,
    text_suggestions::{self, SuggestionInput, TextSuggestions},
};
use tallylight_view::SuggestionRequestView;
use url::Url;

/// The keychain entry of the language model's API key.
const KEYCHAIN_ACCOUNT: &str = "language-model";

/// Returns the request that would be sent about a video.
///
/// # Errors
/// [`Code::LanguageModel`] if no language model is set up or the video has no transcript; the errors of
/// [`Handle::job`].
pub async fn prepare(client: &Handle, settings: &Settings, job_id: JobId) -> Result<SuggestionRequestView, Error> {
    let (url, model) = endpoint(settings)?;
    let body = text_suggestions::request(model, &material(client, job_id).await?)
        .ok_or_else(|| Error::new(Code::LanguageModel, "No suggestions available: this video has no transcript."))?;
    Ok(SuggestionRequestView { address: url.to_string(), body })
}

/// Sends a prepared request whose `body` the user has confirmed, and returns the suggestions.
///
/// # Errors
/// [`Code::LanguageModel`] if no language model is set up or its answer cannot be used; errors of the network.
pub async fn send(client: &Handle, settings: &Settings, job_id: JobId, body: String) -> Result<TextSuggestions, Error> {
    let (url, _) = endpoint(settings)?;
    let chapters = material(client, job_id).await?.chapters;
    let key = key_for(&url).await;
    let answer = ask_language_model(&settings.network, &url, key.as_ref(), body).await?;
    text_suggestions::read(&answer, &chapters)
}

/// Stores the API key in the keychain, for the server in the settings. An empty key removes it.
///
/// # Errors
/// [`Code::InvalidContent`] if the settings have no server; otherwise the keychain's error.
pub async fn set_key(settings: &Settings, key: SecretString) -> Result<(), Error> {
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return store().forget(Unlock::Ask).await;
    }
    let address = settings.language_model.address.as_ref();
    let address = address.ok_or_else(|| Error::new(Code::InvalidContent, "Enter the server URL first."))?;
    store().write(format!("{} {key}", origin(address)).into(), Unlock::Ask).await
}

/// Returns the API key of a server. A keychain that cannot be used counts as having none, because many servers need no
/// key.
async fn key_for(url: &Url) -> Option<SecretString> {
    let stored = store().read(Unlock::Ask).await.ok().flatten()?;
    // The key is stored with its server and never sent to another one.
    let (server, key) = stored.expose_secret().split_once(' ')?;
    (server == origin(url)).then(|| key.into())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn store() -> TokenStore {
    TokenStore::new(Keychain::System(KEYCHAIN_ACCOUNT.to_owned()))
}

fn endpoint(settings: &Settings) -> Result<(Url, &str), Error> {
    let not_set_up =
        || Error::new(Code::LanguageModel, "No language model configured. Set one up in Settings, Suggestions.");
    settings.language_model.endpoint().ok_or_else(not_set_up)
}

async fn material(client: &Handle, job_id: JobId) -> Result<SuggestionInput, Error> {
    let job = client.job(job_id.clone()).await?;
    // Captions are optional: without them, the request only lacks the times.
    let captions = client.captions(job_id).await.unwrap_or_default();
    let metadata = job.metadata;
    Ok(SuggestionInput {
        transcript: metadata.transcript.unwrap_or_default(),
        captions,
        chapters: metadata.chapters.unwrap_or_default(),
    })
}
