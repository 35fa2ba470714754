//! Stores secrets, such as the refresh token, in the system's keychain, or in memory for this run
//! (docs/adr/0016-keychain.md).
//!
//! Secrets are never stored in a file. The keychain's API blocks (over D-Bus on Linux), so every call runs on a
//! blocking thread; one at a time, so that a call that hangs cannot be overtaken by the next one and then undo it.

use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{
    ExposeSecret, SecretString,
    zeroize::{Zeroize, Zeroizing},
};
use serde::{Deserialize, Serialize};
use tallylight_core::{Code, Error};

mod system;

use system::KeychainFailure;

/// How long a call may take, because the user may have to unlock the keychain first. After that, the session goes on
/// without it.
const CALL_TIMEOUT: std::time::Duration = std::time::Duration::from_mins(1);

/// Where a secret is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keychain {
    /// In the system's keychain, under an account name: `desktop`, `cli`, `studio`.
    System(String),
    /// In memory, for this run.
    Memory,
}

/// What happens with a locked keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// The system asks the user to unlock it.
    Ask,
    /// It stays locked, and the call fails.
    Never,
}

/// The stored part of a session: only what is needed to restore it.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The backend of the session; its token is never sent to another one.
    pub server: String,
    /// The email address of the account.
    pub email: String,
    /// The refresh token.
    pub refresh_token: SecretString,
}

/// The result of looking for a session.
#[derive(Clone, Debug)]
pub enum SessionLookup {
    /// There is no entry.
    Nothing,
    /// The entry is not a complete session.
    Unreadable,
    /// The session.
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

/// The storage of one secret. Copies share it.
#[derive(Clone, Debug)]
pub struct TokenStore {
    keychain: Keychain,
    memory: Arc<Mutex<Option<SecretString>>>,
    /// Held by the running call until it has really ended, even after its time-out.
    call_lock: Arc<tokio::sync::Mutex<()>>,
}

impl TokenStore {
    /// Creates the storage; the secret itself is read on demand.
    pub fn new(keychain: Keychain) -> Self {
        Self { keychain, memory: Arc::default(), call_lock: Arc::default() }
    }

    /// Returns the stored session.
    ///
    /// # Errors
    /// [`Code::Keychain`] or [`Code::KeychainLocked`] if the keychain cannot be used. Whether it has an entry is
    /// unknown then.
    pub async fn load(&self, unlock: Unlock) -> Result<SessionLookup, Error> {
        let Some(text) = self.read(unlock).await? else { return Ok(SessionLookup::Nothing) };
        let entry = serde_json::from_str::<Entry>(text.expose_secret());
        Ok(entry.map_or(SessionLookup::Unreadable, |Entry { server, email, refresh_token }| {
            SessionLookup::Session(StoredSession { server, email, refresh_token })
        }))
    }

    /// Stores a session, replacing the previous one.
    ///
    /// # Errors
    /// As [`Self::load`]; the session then only lives in memory for this run.
    pub async fn keep(&self, session: &StoredSession, unlock: Unlock) -> Result<(), Error> {
        self.write(session.text(), unlock).await
    }

    /// Returns the secret.
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

    /// Stores the secret.
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

    /// Deletes the secret.
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
        let call_lock = Arc::clone(&self.call_lock);
        let called = async {
            let call_lock = call_lock.lock_owned().await;
            tokio::task::spawn_blocking(move || {
                let _call_lock = call_lock;
                call()
            })
            .await
        };
        match tokio::time::timeout(CALL_TIMEOUT, called).await {
            Ok(Ok(done)) => done.map_err(Error::from),
            Ok(Err(panicked)) => Err(KeychainFailure::Unusable(panicked.to_string()).into()),
            // The keychain is waiting for the user to unlock it.
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

/// Returns a secret as text. Bytes that are not UTF-8 were not written by this program and become an empty text.
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
        tracing::info!(?failure, "the keychain is not available");
        match failure {
            KeychainFailure::Locked => {
                Self::new(Code::KeychainLocked, "The keychain is locked. Unlock it to stay signed in after quitting.")
            }
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
    async fn memory_stores_one_session_and_deletes_it() {
        let store = TokenStore::new(Keychain::Memory);
        assert!(matches!(store.load(Unlock::Never).await, Ok(SessionLookup::Nothing)));
        store.keep(&session("secret-canary"), Unlock::Never).await.expect("memory");
        assert!(!format!("{store:?}").contains("canary"), "Debug shows no token");
        let Ok(SessionLookup::Session(loaded)) = store.load(Unlock::Never).await else { panic!("nothing kept") };
        assert_eq!((loaded.server.as_str(), loaded.refresh_token.expose_secret()), ("s", "secret-canary"));
        store.forget(Unlock::Never).await.expect("memory");
        assert!(matches!(store.load(Unlock::Never).await, Ok(SessionLookup::Nothing)));
    }

    #[tokio::test]
    async fn an_unreadable_entry_is_distinguished_from_none() {
        let store = TokenStore::new(Keychain::Memory);
        for broken in ["not json", "{}", r#"{"server":"s","email":"e"}"#, ""] {
            store.write(broken.into(), Unlock::Never).await.expect("memory");
            assert!(matches!(store.load(Unlock::Never).await, Ok(SessionLookup::Unreadable)), "{broken}");
        }
    }

    #[tokio::test]
    async fn calls_run_one_at_a_time_so_that_a_slow_one_is_not_overtaken() {
        let store = TokenStore::new(Keychain::System("unused".to_owned()));
        let order = Arc::new(Mutex::new(Vec::new()));
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (first, second) = (Arc::clone(&order), Arc::clone(&order));
        let slow = store.call(move || {
            let _ = wait.recv();
            first.lock().expect("unpoisoned").push("write");
            Ok(())
        });
        let timeout = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(timeout, slow).await.is_err(), "its caller times out, and the call goes on");
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
        // The longest possible email address and host name, a long path, and a token four times as long as Supabase's.
        let largest = StoredSession {
            server: format!("https://{}.tv/{}", "a".repeat(250), "p".repeat(60)),
            email: format!("{}@{}.tv", "m".repeat(64), "d".repeat(186)),
            refresh_token: "t".repeat(88).into(),
        };
        let text = largest.text();
        assert!(text.expose_secret().encode_utf16().count() * 2 <= system::LIMIT, "{}", text.expose_secret().len());
        assert!(system::fits(text.expose_secret()));
        assert!(!system::fits(&"x".repeat(system::LIMIT)), "Windows stores UTF-16, which is twice as long");
    }
}
