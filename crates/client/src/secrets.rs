//! Keeping the refresh token: in the keychain of the system, or in memory for this run.
//!
//! Never in a file. The keychain is a blocking API over D-Bus on Linux, so every call runs off the async threads.

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tallylight_core::{Code, Error};

/// The name under which all entries stand in the keychain.
const SERVICE: &str = "tallylight";

/// How long the keychain may take: somebody may have to unlock it first. The session does not wait longer for it.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// Tells where secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keychain {
    /// In the keychain of the system, under an account name: `desktop`, `cli`, `studio`.
    System(String),
    /// In memory, for this run.
    Memory,
}

/// Is what is kept of a session: no more than is needed to go on with it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The backend that it belongs to; a token is never shown to another.
    pub server: String,
    /// The email of the account.
    pub email: String,
    /// The token.
    pub refresh_token: SecretString,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    server: String,
    email: String,
    refresh_token: String,
}

/// Keeps one secret.
#[derive(Clone, Debug)]
pub struct TokenStore {
    keychain: Keychain,
    memory: Arc<Mutex<Option<SecretString>>>,
}

impl TokenStore {
    /// Keeps it in a keychain.
    pub fn new(keychain: Keychain) -> Self {
        Self { keychain, memory: Arc::default() }
    }

    /// Returns the kept session, if there is a readable one.
    ///
    /// # Errors
    /// [`Code::Keychain`] when the keychain cannot be used, which says nothing about what it holds.
    pub async fn load(&self) -> Result<Option<Kept>, Error> {
        let Some(text) = self.read().await? else { return Ok(None) };
        // An entry that is not ours to read is as good as none: signing in writes it anew.
        let entry = serde_json::from_str::<Entry>(text.expose_secret()).ok();
        Ok(entry.map(|entry| Kept {
            server: entry.server,
            email: entry.email,
            refresh_token: entry.refresh_token.into(),
        }))
    }

    /// Keeps a session in place of the one before.
    ///
    /// # Errors
    /// [`Code::Keychain`] when the keychain cannot be used; the session then lives in memory for this run.
    pub async fn keep(&self, kept: Kept) -> Result<(), Error> {
        let entry = Entry {
            server: kept.server,
            email: kept.email,
            refresh_token: kept.refresh_token.expose_secret().to_owned(),
        };
        let text: SecretString = serde_json::to_string(&entry).unwrap_or_default().into();
        self.write(text).await
    }

    /// Returns the text of the secret.
    ///
    /// # Errors
    /// [`Code::Keychain`] when the keychain cannot be used.
    pub async fn read(&self) -> Result<Option<SecretString>, Error> {
        match &self.keychain {
            Keychain::Memory => Ok(self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            Keychain::System(account) => {
                blocking(account, |entry| match entry.get_password() {
                    Ok(text) => Ok(Some(text.into())),
                    Err(keyring::Error::NoEntry | keyring::Error::BadEncoding(_)) => Ok(None),
                    Err(error) => Err(error),
                })
                .await
            }
        }
    }

    /// Keeps a text.
    ///
    /// # Errors
    /// [`Code::Keychain`] when the keychain cannot be used.
    pub async fn write(&self, text: SecretString) -> Result<(), Error> {
        match &self.keychain {
            Keychain::Memory => {
                *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
                Ok(())
            }
            Keychain::System(account) => blocking(account, move |entry| entry.set_password(text.expose_secret())).await,
        }
    }

    /// Forgets the secret.
    ///
    /// # Errors
    /// [`Code::Keychain`] when the keychain cannot be used.
    pub async fn forget(&self) -> Result<(), Error> {
        match &self.keychain {
            Keychain::Memory => {
                *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Ok(())
            }
            Keychain::System(account) => {
                blocking(account, |entry| match entry.delete_credential() {
                    Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
                    Err(error) => Err(error),
                })
                .await
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    account: &str,
    call: impl FnOnce(keyring::Entry) -> Result<T, keyring::Error> + Send + 'static,
) -> Result<T, Error> {
    let account = account.to_owned();
    let called = tokio::task::spawn_blocking(move || keyring::Entry::new(SERVICE, &account).and_then(call));
    match tokio::time::timeout(PATIENCE, called).await {
        Ok(Ok(Ok(value))) => Ok(value),
        Ok(Ok(Err(error))) => Err(unusable(&error.to_string())),
        Ok(Err(error)) => Err(unusable(&error.to_string())),
        Err(_) => Err(unusable("it does not answer: it may be locked, and ask to be unlocked")),
    }
}

fn unusable(why: &str) -> Error {
    tracing::warn!(why, "the keychain cannot be used");
    let message = if cfg!(target_os = "linux") {
        "there is no keychain here, so the session ends with the program: install and unlock gnome-keyring or KWallet"
    } else {
        "the keychain cannot be used, so the session ends with the program: unlock it and sign in again"
    };
    Error::new(Code::Keychain, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_keeps_one_session_and_forgets_it() {
        let store = TokenStore::new(Keychain::Memory);
        assert!(store.load().await.expect("memory").is_none());
        let kept = Kept { server: "s".to_owned(), email: "e".to_owned(), refresh_token: "secret-canary".into() };
        store.keep(kept).await.expect("memory");
        assert!(!format!("{store:?}").contains("canary"), "never in Debug");
        let loaded = store.load().await.expect("memory").expect("kept");
        assert_eq!((loaded.server.as_str(), loaded.refresh_token.expose_secret()), ("s", "secret-canary"));
        store.forget().await.expect("memory");
        assert!(store.load().await.expect("memory").is_none());
    }

    #[tokio::test]
    async fn an_unreadable_entry_is_as_good_as_none() {
        let store = TokenStore::new(Keychain::Memory);
        store.write("not json".into()).await.expect("memory");
        assert!(store.load().await.expect("memory").is_none());
    }
}
