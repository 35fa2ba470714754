//! Keeping the refresh token: in the keychain of the system, or in memory for this run.
//!
//! Never in a file. The keychain is a blocking API, over D-Bus on Linux, so every call runs off the async threads; one
//! at a time, so that a call that hangs cannot be overtaken by the next and then undo it.

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{
    ExposeSecret, SecretString,
    zeroize::{Zeroize, Zeroizing},
};
use serde::{Deserialize, Serialize};
use tallylight_core::{Code, Error};

mod system;

use system::KeychainFailure;

/// How long the keychain may take: somebody may have to unlock it first. The session does not wait longer for it.
const CALL_TIMEOUT: std::time::Duration = std::time::Duration::from_mins(1);

/// Tells where secrets are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keychain {
    /// In the keychain of the system, under an account name: `desktop`, `cli`, `studio`.
    System(String),
    /// In memory, for this run.
    Memory,
}

/// Tells what becomes of a keychain that is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// The system asks the person to unlock it.
    Ask,
    /// It stays locked, and nobody is bothered.
    Never,
}

/// Is what is kept of a session: no more than is needed to go on with it.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The backend that it belongs to; a token is never shown to another.
    pub server: String,
    /// The email of the account.
    pub email: String,
    /// The token.
    pub refresh_token: SecretString,
}

/// Is what the keychain holds.
#[derive(Clone, Debug)]
pub enum SessionLookup {
    /// Nothing.
    Nothing,
    /// Something that is no session, or half of one.
    Unreadable,
    /// A session.
    Session(StoredSession),
}

#[derive(Deserialize)]
struct Entry {
    server: String,
    email: String,
    refresh_token: SecretString,
}

#[derive(Serialize)]
struct EntryText<'a> {
    server: &'a str,
    email: &'a str,
    refresh_token: &'a str,
}

/// Keeps one secret.
#[derive(Clone, Debug)]
pub struct TokenStore {
    keychain: Keychain,
    memory: Arc<Mutex<Option<SecretString>>>,
    /// Held by the call that is under way, until it has really ended.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl TokenStore {
    /// Keeps it in a keychain.
    pub fn new(keychain: Keychain) -> Self {
        Self { keychain, memory: Arc::default(), turn: Arc::default() }
    }

    /// Returns what is kept of a session.
    ///
    /// # Errors
    /// [`Code::Keychain`] or [`Code::KeychainLocked`] when the keychain cannot be used, which says nothing about what
    /// it holds.
    pub async fn load(&self, unlock: Unlock) -> Result<SessionLookup, Error> {
        let Some(text) = self.read(unlock).await? else { return Ok(SessionLookup::Nothing) };
        let entry = serde_json::from_str::<Entry>(text.expose_secret());
        Ok(entry.map_or(SessionLookup::Unreadable, |Entry { server, email, refresh_token }| {
            SessionLookup::Session(StoredSession { server, email, refresh_token })
        }))
    }

    /// Keeps a session in place of the one before.
    ///
    /// # Errors
    /// As [`Self::load`]; the session then lives in memory for this run.
    pub async fn keep(&self, session: &StoredSession, unlock: Unlock) -> Result<(), Error> {
        self.write(session.text(), unlock).await
    }

    /// Returns the text of the secret.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn read(&self, unlock: Unlock) -> Result<Option<SecretString>, Error> {
        match &self.keychain {
            Keychain::Memory => Ok(self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            Keychain::System(account) => {
                let account = account.clone();
                let bytes = self.call(move || system::read(&account, unlock)).await?;
                Ok(bytes.map(text))
            }
        }
    }

    /// Keeps a text.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn write(&self, text: SecretString, unlock: Unlock) -> Result<(), Error> {
        match &self.keychain {
            Keychain::Memory => {
                *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
                Ok(())
            }
            Keychain::System(account) => {
                let account = account.clone();
                self.call(move || system::write(&account, text.expose_secret(), unlock)).await
            }
        }
    }

    /// Forgets the secret.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn forget(&self, unlock: Unlock) -> Result<(), Error> {
        match &self.keychain {
            Keychain::Memory => {
                *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Ok(())
            }
            Keychain::System(account) => {
                let account = account.clone();
                self.call(move || system::forget(&account, unlock)).await
            }
        }
    }

    async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> Result<T, KeychainFailure> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = Arc::clone(&self.turn);
        let called = async {
            let turn = turn.lock_owned().await;
            tokio::task::spawn_blocking(move || {
                let _turn = turn;
                call()
            })
            .await
        };
        match tokio::time::timeout(CALL_TIMEOUT, called).await {
            Ok(Ok(done)) => done.map_err(Error::from),
            Ok(Err(panicked)) => Err(KeychainFailure::Unusable(panicked.to_string()).into()),
            // It waits for somebody to unlock it.
            Err(_) => Err(KeychainFailure::Locked.into()),
        }
    }
}

impl StoredSession {
    fn text(&self) -> SecretString {
        let refresh_token = self.refresh_token.expose_secret();
        let entry = EntryText { server: &self.server, email: &self.email, refresh_token };
        serde_json::to_string(&entry).unwrap_or_default().into()
    }
}

/// Returns a secret as text; what is no UTF-8 was not written by us, and is no session either.
fn text(bytes: Vec<u8>) -> SecretString {
    match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => {
            let mut bytes = Zeroizing::new(error.into_bytes());
            bytes.zeroize();
            SecretString::default()
        }
    }
}

impl From<KeychainFailure> for Error {
    fn from(failure: KeychainFailure) -> Self {
        tracing::info!(?failure, "the keychain cannot be used");
        match failure {
            KeychainFailure::Locked => Self::new(
                Code::KeychainLocked,
                "The keychain is locked. Unlock it to stay signed in after quitting.",
            ),
            KeychainFailure::TooLong => Self::new(
                Code::Keychain,
                "This session is too large for the keychain. You'll be signed out when Tallylight quits.",
            ),
            KeychainFailure::Unusable(_) if cfg!(all(unix, not(target_os = "macos"))) => Self::new(
                Code::Keychain,
                "No keychain found. Install and unlock gnome-keyring or KWallet to stay signed in after quitting.",
            ),
            KeychainFailure::Unusable(_) => Self::new(
                Code::Keychain,
                "The keychain isn't available. Unlock it and sign in again to stay signed in after quitting.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(token: &str) -> StoredSession {
        StoredSession { server: "s".to_owned(), email: "e".to_owned(), refresh_token: token.into() }
    }

    #[tokio::test]
    async fn memory_keeps_one_session_and_forgets_it() {
        let store = TokenStore::new(Keychain::Memory);
        assert!(matches!(store.load(Unlock::Never).await, Ok(SessionLookup::Nothing)));
        store.keep(&session("secret-canary"), Unlock::Never).await.expect("memory");
        assert!(!format!("{store:?}").contains("canary"), "never in Debug");
        let Ok(SessionLookup::Session(loaded)) = store.load(Unlock::Never).await else { panic!("nothing kept") };
        assert_eq!((loaded.server.as_str(), loaded.refresh_token.expose_secret()), ("s", "secret-canary"));
        store.forget(Unlock::Never).await.expect("memory");
        assert!(matches!(store.load(Unlock::Never).await, Ok(SessionLookup::Nothing)));
    }

    #[tokio::test]
    async fn an_unreadable_entry_is_told_from_none() {
        let store = TokenStore::new(Keychain::Memory);
        for broken in ["not json", "{}", r#"{"server":"s","email":"e"}"#, ""] {
            store.write(broken.into(), Unlock::Never).await.expect("memory");
            assert!(matches!(store.load(Unlock::Never).await, Ok(SessionLookup::Unreadable)), "{broken}");
        }
    }

    #[tokio::test]
    async fn calls_take_turns_so_that_a_slow_one_is_not_overtaken() {
        let store = TokenStore::new(Keychain::System("unused".to_owned()));
        let order = Arc::new(Mutex::new(Vec::new()));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (first, second) = (Arc::clone(&order), Arc::clone(&order));
        let slow = store.call(move || {
            let _ = wait.recv();
            first.lock().expect("unpoisoned").push("write");
            Ok(())
        });
        let patience = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(patience, slow).await.is_err(), "its caller gives up, and it goes on");
        let after = store.call(move || {
            second.lock().expect("unpoisoned").push("forget");
            Ok(())
        });
        let (after, ()) = tokio::join!(after, async { go.send(()).expect("it waits") });
        after.expect("done");
        assert_eq!(*order.lock().expect("unpoisoned"), ["write", "forget"]);
    }

    #[test]
    fn an_entry_fits_into_the_smallest_keychain() {
        // The longest email and host name that there can be, a long path, and a token four times as long as Supabase's.
        let largest = StoredSession {
            server: format!("https://{}.tv/{}", "a".repeat(250), "p".repeat(60)),
            email: format!("{}@{}.tv", "m".repeat(64), "d".repeat(186)),
            refresh_token: "t".repeat(88).into(),
        };
        let text = largest.text();
        assert!(text.expose_secret().encode_utf16().count() * 2 <= system::LIMIT, "{}", text.expose_secret().len());
        assert!(system::fits(text.expose_secret()));
        assert!(!system::fits(&"x".repeat(system::LIMIT)), "as UTF-16 it is twice as long");
    }
}
