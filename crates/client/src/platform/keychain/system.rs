//! The keychain of the system: Secret Service, macOS Keychain, Windows Credential Manager. Blocking.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::zeroize::Zeroizing;

use super::Unlock;

/// The name under which all entries stand in the keychain.
const SERVICE: &str = "tallylight";

/// The longest secret that Windows keeps, in bytes: `CRED_MAX_CREDENTIAL_BLOB_SIZE`.
pub const LIMIT: usize = 2560;

/// Tells why the keychain is of no use.
#[derive(Debug)]
pub enum KeychainFailure {
    /// It is there, and locked.
    Locked,
    /// The secret is too long for it.
    TooLong,
    /// It is not there, or not ready.
    Unusable(String),
}

/// Returns the secret of an account, if there is one.
pub fn read(account: &str, unlock: Unlock) -> Result<Option<Vec<u8>>, KeychainFailure> {
    match entry(account, unlock)?.get_secret() {
        // It may be there, and nothing that we wrote.
        Ok(secret) | Err(Error::BadEncoding(secret) | Error::BadDataFormat(secret, _)) => Ok(Some(secret)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

/// Keeps the secret of an account in place of the one before.
pub fn write(account: &str, secret: &str, unlock: Unlock) -> Result<(), KeychainFailure> {
    if cfg!(windows) && !fits(secret) {
        return Err(KeychainFailure::TooLong);
    }
    entry(account, unlock)?.set_secret(secret.as_bytes()).map_err(failure)
}

/// Forgets the secret of an account.
pub fn forget(account: &str, unlock: Unlock) -> Result<(), KeychainFailure> {
    match entry(account, unlock)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failure(error)),
    }
}

/// Tells whether a secret is short enough for every system, even one that keeps it as UTF-16.
pub fn fits(secret: &str) -> bool {
    secret.encode_utf16().count() * 2 <= LIMIT
}

/// Opens the keychain anew every time: one that was not ready at login may be by now.
fn entry(account: &str, unlock: Unlock) -> Result<Entry, KeychainFailure> {
    if unlock == Unlock::Never {
        ensure_unlocked(account)?;
    }
    let store = store().map_err(failure)?;
    store.build(SERVICE, account, None).map_err(failure)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add errors, and says so")]
fn failure(error: Error) -> KeychainFailure {
    match error {
        Error::NoStorageAccess(_) => KeychainFailure::Locked,
        Error::TooLong(..) => KeychainFailure::TooLong,
        // Its text may quote the secret.
        Error::BadEncoding(secret) | Error::BadDataFormat(secret, _) => {
            drop(Zeroizing::new(secret));
            KeychainFailure::Unusable("unreadable".to_owned())
        }
        error => KeychainFailure::Unusable(error.to_string()),
    }
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn store() -> Result<Arc<CredentialStore>, Error> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

/// Makes sure that nobody will be asked to unlock anything: looking for an item does not, reading a locked one does.
#[cfg(all(unix, not(target_os = "macos")))]
fn ensure_unlocked(account: &str) -> Result<(), KeychainFailure> {
    use secret_service::{EncryptionType, Error, blocking::SecretService};
    let unusable = |error: Error| KeychainFailure::Unusable(error.to_string());
    // Nothing secret is asked for, so there is nothing to encrypt.
    let service = SecretService::connect(EncryptionType::Plain).map_err(unusable)?;
    let item = [("service", SERVICE), ("username", account)].into_iter().collect();
    let found = service.search_items(item).map_err(unusable)?;
    if !found.unlocked.is_empty() {
        return Ok(());
    }
    let locked = match service.get_default_collection() {
        Ok(collection) => collection.is_locked().map_err(unusable)?,
        // There will be one as soon as something is kept.
        Err(Error::NoResult) => false,
        Err(error) => return Err(unusable(error)),
    };
    if locked || !found.locked.is_empty() { Err(KeychainFailure::Locked) } else { Ok(()) }
}

/// These keychains are unlocked with the session of the person.
#[cfg(any(windows, target_os = "macos"))]
#[expect(clippy::unnecessary_wraps, reason = "that of Linux may fail")]
fn ensure_unlocked(_account: &str) -> Result<(), KeychainFailure> {
    Ok(())
}
