//! "Use this computer": the embedded studio, and signing in to it without user input.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use tallylight_client::{Handle, Identity, Keychain, TokenStore, Unlock, download_client};
use tallylight_core::{Code, Error, locale::Locale, settings::Settings};
use tallylight_studio::{Config, SignUp, Studio, StudioError, Tools, Usage, make_sample, speech::Speech};
use tallylight_view::{ComputerView, ServerView};
use tokio::sync::Mutex;

mod sample;
mod view;

/// The email address of the embedded studio's only account.
const EMAIL: &str = "me@this-computer";
/// The keychain entry of that account's password.
const KEYCHAIN_ACCOUNT: &str = "studio";

/// The embedded studio, started on first use.
pub struct EmbeddedStudio {
    data_dir: PathBuf,
    speech: Speech,
    studio: Mutex<Option<Studio>>,
    /// Held while the sample video is made.
    sample: Mutex<()>,
}

impl EmbeddedStudio {
    /// Creates it without starting it; `data_dir` is the studio's data folder.
    pub fn new(data_dir: PathBuf) -> Self {
        Self { speech: Speech::new(&data_dir), data_dir, studio: Mutex::new(None), sample: Mutex::default() }
    }

    /// Applies the settings: the speech model, and the proxy and certificates for downloading models.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] if the chosen model cannot be used.
    pub fn apply(&self, settings: &Settings) -> Result<(), Error> {
        let client = download_client(&settings.network);
        if let Err(error) = &client {
            // Only downloads need it: videos are processed all the same.
            tracing::warn!(error = error.with_causes(), "there is no client for downloads");
        }
        self.speech.set_client(client.ok());
        self.speech.choose(settings.computer.speech_model.as_deref()).map_err(|error| invalid_model(&error))?;
        // The speed of listed models is measured when their download completes; a model of the user's has no download.
        if let Some(chosen) = self.speech.chosen().filter(|chosen| chosen.is_here) {
            let speech = self.speech.clone();
            tokio::spawn(async move { speech.measure(&chosen.file).await });
        }
        Ok(())
    }

    /// Checks the speech model in the settings, before they are saved.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] if the file is not a model.
    pub fn check(&self, settings: &Settings) -> Result<(), Error> {
        self.speech.check(settings.computer.speech_model.as_deref()).map_err(|error| invalid_model(&error))
    }

    /// Returns the state of speech recognition and of the disk.
    pub async fn view(&self) -> ComputerView {
        let usage = match &*self.studio.lock().await {
            Some(studio) => studio.usage().await,
            None => Usage::default(),
        };
        view::of(&self.speech, usage)
    }

    /// Starts the download of a speech model, or resumes it.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] if there is no such model.
    pub fn download_model(&self, id: &str) -> Result<(), Error> {
        self.speech.download(id).map_err(|error| invalid_model(&error))
    }

    /// Stops the download of a speech model. The partial file stays, so that the download can be resumed.
    pub fn stop_download(&self, id: &str) {
        self.speech.stop_download(id);
    }

    /// Deletes a speech model from this computer.
    ///
    /// # Errors
    /// [`Code::InvalidContent`] if there is no such model, or its file cannot be deleted.
    pub fn delete_model(&self, id: &str) -> Result<(), Error> {
        self.speech.delete(id).map_err(|error| invalid_model(&error))
    }

    /// Deletes the studio's copies of videos whose jobs are finished.
    pub async fn delete_finished_copies(&self) {
        if let Some(studio) = &*self.studio.lock().await {
            studio.delete_finished_copies().await;
        }
    }

    /// Makes the sample video, unless there is one, and returns its path.
    ///
    /// # Errors
    /// [`Code::File`] if there is no ffmpeg, or it failed.
    pub async fn make_sample(&self, locale: Locale) -> Result<PathBuf, Error> {
        let _making = self.sample.lock().await;
        let made = make_sample(&Tools::from_env(), &self.data_dir.join("sample"), &sample::texts(locale)).await;
        made.map_err(|error| sample::failed(error, locale))
    }

    /// Starts the studio if it is not running, connects the client to it and signs in.
    ///
    /// # Errors
    /// [`Code::File`] if the studio cannot start; otherwise the errors of [`Handle::connect`] and of signing in.
    pub async fn open(&self, handle: &Handle) -> Result<ServerView, Error> {
        let mut running = self.studio.lock().await;
        let studio = match &mut *running {
            Some(studio) => studio,
            empty => {
                let started = Studio::start(Config {
                    sign_up: SignUp::Closed,
                    speech: self.speech.clone(),
                    ..Config::new(&self.data_dir)
                })
                .await;
                let studio = started.map_err(|error| Error::new(Code::File, error.to_string()).caused_by(error))?;
                tracing::info!(address = %studio.address(), "the embedded studio is ready");
                empty.insert(studio)
            }
        };
        let server = handle.connect(studio.address().clone(), Identity::ThisComputer).await?;
        if !handle.session_restored().await {
            sign_in(studio, handle).await?;
        }
        Ok(server)
    }

    /// Stops the studio. Its unfinished jobs resume at the next start.
    pub async fn close(&self) {
        if let Some(studio) = self.studio.lock().await.take() {
            studio.stop().await;
        }
    }
}

fn invalid_model(error: &StudioError) -> Error {
    Error::new(Code::InvalidContent, error.to_string())
}

async fn sign_in(studio: &Studio, handle: &Handle) -> Result<(), Error> {
    let store = TokenStore::new(Keychain::System(KEYCHAIN_ACCOUNT.to_owned()));
    let password = match store.read(Unlock::Never).await {
        Ok(Some(password)) => password,
        stored => {
            let password = SecretString::from(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>()));
            // Without a keychain, every start sets a new password: the process that runs the studio may reset it.
            if stored.is_ok()
                && let Err(error) = store.write(password.clone(), Unlock::Never).await
            {
                tracing::warn!(%error, "the embedded studio's password could not be saved");
            }
            password
        }
    };
    let account = studio.ensure_account(EMAIL, secrecy::ExposeSecret::expose_secret(&password)).await;
    account.map_err(|error| Error::new(Code::ServerError, error.to_string()).caused_by(error))?;
    handle.sign_in(EMAIL.to_owned(), password).await
}
