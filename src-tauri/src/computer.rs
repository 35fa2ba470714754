//! "Use this computer": the embedded studio, and signing in to it without asking anything.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::SecretString;
use tallylight_client::{Handle, Identity, Keychain, TokenStore, Unlock};
use tallylight_core::{Code, Error, view::ServerView};
use tallylight_studio::{Config, SignUp, Studio};
use tokio::sync::Mutex;

/// The one account of the studio of this computer.
const EMAIL: &str = "me@this-computer";
/// Where its password is kept in the keychain.
const KEYCHAIN_ACCOUNT: &str = "studio";

/// Is the studio of this computer, once it is used.
pub struct Computer {
    data_dir: PathBuf,
    studio: Mutex<Option<Studio>>,
}

impl Computer {
    /// Keeps the studio's data in a folder.
    pub fn new(data_dir: PathBuf) -> Self {
        Self { data_dir, studio: Mutex::new(None) }
    }

    /// Starts the studio where it does not run yet, and makes it the backend, signed in.
    pub async fn open(&self, handle: &Handle) -> Result<ServerView, Error> {
        let mut running = self.studio.lock().await;
        let studio = match &mut *running {
            Some(studio) => studio,
            empty => {
                let started = Studio::start(Config { sign_up: SignUp::Closed, ..Config::new(&self.data_dir) }).await;
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
