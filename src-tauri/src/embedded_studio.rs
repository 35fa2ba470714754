//! "Use this computer": the embedded studio, and signing in to it without asking anything.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use tallylight_client::{Handle, Identity, Keychain, TokenStore, Unlock, download_client};
use tallylight_core::{
    Code, Error,
    settings::Settings,
    view::{ComputerView, ServerView},
};
use tallylight_studio::{
    Config, SignUp, Studio, Usage,
    speech::{Speech, SpeechError},
};
use tokio::sync::Mutex;

mod view;

/// The one account of the studio of this computer.
const EMAIL: &str = "me@this-computer";
/// Where its password is kept in the keychain.
const KEYCHAIN_ACCOUNT: &str = "studio";

/// Is the studio of this computer, once it is used.
pub struct EmbeddedStudio {
    data_dir: PathBuf,
    speech: Speech,
    studio: Mutex<Option<Studio>>,
}

impl EmbeddedStudio {
    /// Keeps the studio's data in a folder.
    pub fn new(data_dir: PathBuf) -> Self {
        Self { speech: Speech::new(&data_dir), data_dir, studio: Mutex::new(None) }
    }

    /// Lets settings take effect: which model recognises speech, and which way models are downloaded.
    ///
    /// # Errors
    /// Says what is wrong with the chosen model, or with the network.
    pub fn apply(&self, settings: &Settings) -> Result<(), Error> {
        self.speech.set_client(download_client(&settings.network)?);
        self.speech.choose(settings.computer.speech_model.as_deref()).map_err(|error| refused(&error))?;
        // Of the list's models the speed is measured when they arrive.
        if let Some(chosen) = self.speech.chosen().filter(|chosen| chosen.is_here) {
            let speech = self.speech.clone();
            tokio::spawn(async move { speech.measure(&chosen.file).await });
        }
        Ok(())
    }

    /// Says what is wrong with the model that settings choose, before they are kept.
    ///
    /// # Errors
    /// Where it is no model.
    pub fn check(&self, settings: &Settings) -> Result<(), Error> {
        self.speech.check(settings.computer.speech_model.as_deref()).map_err(|error| refused(&error))
    }

    /// Returns the state of speech recognition, and of the disk.
    pub async fn view(&self) -> ComputerView {
        let usage = match &*self.studio.lock().await {
            Some(studio) => studio.usage().await,
            None => Usage::default(),
        };
        view::of(&self.speech, usage)
    }

    /// Begins to download a speech model, or goes on with it.
    ///
    /// # Errors
    /// Where there is no such model.
    pub fn download_model(&self, id: &str) -> Result<(), Error> {
        self.speech.download(id).map_err(|error| refused(&error))
    }

    /// Stops the download of a speech model; what has arrived is kept.
    pub fn stop_download(&self, id: &str) {
        self.speech.stop_download(id);
    }

    /// Deletes a speech model from this computer.
    ///
    /// # Errors
    /// Where there is no such model, or its file cannot be deleted.
    pub fn delete_model(&self, id: &str) -> Result<(), Error> {
        self.speech.delete(id).map_err(|error| refused(&error))
    }

    /// Deletes the copies of videos that are finished.
    pub async fn delete_finished_copies(&self) {
        if let Some(studio) = &*self.studio.lock().await {
            studio.delete_finished_copies().await;
        }
    }

    /// Starts the studio where it does not run yet, and makes it the backend, signed in.
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
                let studio = started.map_err(|error| Error::new(Code::File, error.to_string()))?;
                tracing::info!(address = %studio.address(), "the studio of this computer is ready");
                empty.insert(studio)
            }
        };
        let server = handle.connect(studio.address().clone(), Identity::ThisComputer).await?;
        if !handle.session_restored().await {
            sign_in(studio, handle).await?;
        }
        Ok(server)
    }

    /// Stops the studio; its unfinished jobs go on at the next start.
    pub async fn close(&self) {
        if let Some(studio) = self.studio.lock().await.take() {
            studio.stop().await;
        }
    }
}

fn refused(error: &SpeechError) -> Error {
    Error::new(Code::InvalidContent, error.to_string())
}

async fn sign_in(studio: &Studio, handle: &Handle) -> Result<(), Error> {
    let store = TokenStore::new(Keychain::System(KEYCHAIN_ACCOUNT.to_owned()));
    let password = match store.read(Unlock::Never).await {
        Ok(Some(password)) => password,
        kept => {
            let password = SecretString::from(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>()));
            // Without a keychain a new one is made at every start: whoever runs the studio may reset its password.
            if kept.is_ok()
                && let Err(error) = store.write(password.clone(), Unlock::Never).await
            {
                tracing::warn!(%error, "the studio's password could not be kept");
            }
            password
        }
    };
    let account = studio.ensure_account(EMAIL, secrecy::ExposeSecret::expose_secret(&password)).await;
    account.map_err(|error| Error::new(Code::ServerError, error.to_string()))?;
    handle.sign_in(EMAIL.to_owned(), password).await
}
