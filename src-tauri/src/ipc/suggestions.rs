//! Texts that a language model suggests: the request is prepared, shown, and sent only when the person says so.

use secrecy::{ExposeSecret, SecretString};
use tallylight_client::{Handle, Keychain, TokenStore, Unlock, ask_language_model};
use tallylight_core::{
    Code, Error, JobId,
    settings::Settings,
    text_suggestions::{self, Material, TextSuggestions},
    view::SuggestionRequestView,
};
use tauri::{AppHandle, Manager};
use url::Url;

use crate::settings::file::SettingsFile;

/// Where the key of the language model is kept in the keychain.
const KEYCHAIN_ACCOUNT: &str = "language-model";

/// Prepares what would be sent about a video.
///
/// # Errors
/// Where no language model is set up, or nothing is said in the video.
pub async fn prepare(app: &AppHandle, job_id: JobId) -> Result<SuggestionRequestView, Error> {
    let settings = settings(app);
    let (url, model) = endpoint(&settings)?;
    let body = text_suggestions::request(model, &material(&app.state::<Handle>(), job_id).await?).ok_or_else(|| {
        Error::new(Code::LanguageModel, "No suggestions available: this video has no transcript.")
    })?;
    Ok(SuggestionRequestView { address: url.to_string(), body })
}

/// Sends what was prepared and shown, and returns what the model suggests.
///
/// # Errors
/// Why it suggests nothing.
pub async fn send(app: &AppHandle, job_id: JobId, body: String) -> Result<TextSuggestions, Error> {
    let settings = settings(app);
    let (url, _) = endpoint(&settings)?;
    let chapters = material(&app.state::<Handle>(), job_id).await?.chapters;
    let key = key_for(&url).await;
    let answer = ask_language_model(&settings.network, &url, key.as_ref(), body).await?;
    text_suggestions::read(&answer, &chapters)
}

/// Keeps the key in the keychain, for the server that is set up now; an empty one removes it.
///
/// # Errors
/// Where no server is set up, or the keychain cannot be used.
pub async fn set_key(app: &AppHandle, key: SecretString) -> Result<(), Error> {
    let key = key.expose_secret().trim();
    if key.is_empty() {
        return store().forget(Unlock::Ask).await;
    }
    let address = settings(app).language_model.address;
    let address = address.ok_or_else(|| Error::new(Code::InvalidContent, "Enter the server URL first."))?;
    store().write(format!("{} {key}", origin(&address)).into(), Unlock::Ask).await
}

/// Returns the key of a server. A keychain that cannot be used has none: many servers want none.
async fn key_for(url: &Url) -> Option<SecretString> {
    let kept = store().read(Unlock::Ask).await.ok().flatten()?;
    // It is never shown to another server.
    let (server, key) = kept.expose_secret().split_once(' ')?;
    (server == origin(url)).then(|| key.into())
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

fn store() -> TokenStore {
    TokenStore::new(Keychain::System(KEYCHAIN_ACCOUNT.to_owned()))
}

fn settings(app: &AppHandle) -> Settings {
    app.state::<SettingsFile>().held().settings
}

fn endpoint(settings: &Settings) -> Result<(Url, &str), Error> {
    let not_set_up = || Error::new(Code::LanguageModel, "No language model configured. Set one up in Settings, Suggestions.");
    settings.language_model.endpoint().ok_or_else(not_set_up)
}

async fn material(client: &Handle, job_id: JobId) -> Result<Material, Error> {
    let job = client.job(job_id.clone()).await?;
    // A backend that is away, or knows no times, leaves the words alone.
    let captions = client.captions(job_id).await.unwrap_or_default();
    let metadata = job.metadata;
    Ok(Material {
        transcript: metadata.transcript.unwrap_or_default(),
        captions,
        chapters: metadata.chapters.unwrap_or_default(),
    })
}
