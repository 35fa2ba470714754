//! The system's keychain: Secret Service, macOS Keychain, Windows Credential Manager. All calls block.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::zeroize::Zeroizing;

use super::Unlock;

/// The service name of all entries in the keychain.
const SERVICE: &str = "tallylight";

/// The longest secret that Windows stores, in bytes: `CRED_MAX_CREDENTIAL_BLOB_SIZE`.
pub const LIMIT: usize = 2560;

/// The reason why the keychain cannot be used.
#[derive(Debug)]
pub enum KeychainFailure {
    /// The keychain is locked.
    Locked,
    /// The secret is longer than the keychain allows.
    TooLong,
    /// There is no keychain, or it is not ready.
    Unusable(String),
}

/// Returns the secret of an account, if there is one.
///
/// # Errors
/// A [`KeychainFailure`] if the keychain cannot be used.
pub fn read(account: &str, unlock: Unlock) -> Result<Option<Vec<u8>>, KeychainFailure> {
    match entry(account, unlock)?.get_secret() {
        // An entry that this program did not write; the caller decides that it is unreadable.
        Ok(secret) | Err(Error::BadEncoding(secret) | Error::BadDataFormat(secret, _)) => Ok(Some(secret)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

/// Stores the secret of an account, replacing the previous one.
///
/// # Errors
/// [`KeychainFailure::TooLong`] on Windows for a long secret; otherwise as [`read`].
pub fn write(account: &str, secret: &str, unlock: Unlock) -> Result<(), KeychainFailure> {
    if cfg!(windows) && !fits(secret) {
        return Err(KeychainFailure::TooLong);
    }
    entry(account, unlock)?.set_secret(secret.as_bytes()).map_err(failure)
}

/// Deletes the secret of an account.
///
/// # Errors
/// As [`read`].
pub fn forget(account: &str, unlock: Unlock) -> Result<(), KeychainFailure> {
    match entry(account, unlock)?.delete_credential() {
        Ok(()) | Err(Error::NoEntry) => Ok(()),
        Err(error) => Err(failure(error)),
    }
}

/// Returns whether a secret is short enough for every system, including one that stores UTF-16.
pub fn fits(secret: &str) -> bool {
    secret.encode_utf16().count() * 2 <= LIMIT
}

/// Opens the keychain for one call, because it may not have been ready at the previous one, for example after login.
fn entry(account: &str, unlock: Unlock) -> Result<Entry, KeychainFailure> {
    if unlock == Unlock::Never {
        ensure_unlocked(account)?;
    }
    let store = store().map_err(failure)?;
    let modifiers = (!MODIFIERS.is_empty()).then(|| MODIFIERS.iter().copied().collect());
    store.build(SERVICE, account, modifiers.as_ref()).map_err(failure)
}

/// Keeps a credential on this computer: by default, Windows copies it to every computer of a roaming profile, and each
/// of them would spend the same refresh token.
#[cfg(windows)]
const MODIFIERS: &[(&str, &str)] = &[("persistence", "local")];
#[cfg(not(windows))]
const MODIFIERS: &[(&str, &str)] = &[];

#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is non-exhaustive")]
fn failure(error: Error) -> KeychainFailure {
    match error {
        Error::NoStorageAccess(_) => KeychainFailure::Locked,
        Error::TooLong(..) => KeychainFailure::TooLong,
        // The error's text may contain the secret.
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

/// Fails if reading the entry would ask the user to unlock the keychain. Searching for an item does not ask; reading a
/// locked one does.
#[cfg(all(unix, not(target_os = "macos")))]
fn ensure_unlocked(account: &str) -> Result<(), KeychainFailure> {
    use secret_service::{EncryptionType, Error, blocking::SecretService};
    let unusable = |error: Error| KeychainFailure::Unusable(error.to_string());
    // No secret is transferred, so no encryption is needed.
    let service = SecretService::connect(EncryptionType::Plain).map_err(unusable)?;
    let item = [("service", SERVICE), ("username", account)].into_iter().collect();
    let found = service.search_items(item).map_err(unusable)?;
    if !found.unlocked.is_empty() {
        return Ok(());
    }
    let locked = match service.get_default_collection() {
        Ok(collection) => collection.is_locked().map_err(unusable)?,
        // The collection is created when the first secret is stored.
        Err(Error::NoResult) => false,
        Err(error) => return Err(unusable(error)),
    };
    if locked || !found.locked.is_empty() { Err(KeychainFailure::Locked) } else { Ok(()) }
}

/// Does nothing: these keychains are unlocked when the user logs in.
#[cfg(any(windows, target_os = "macos"))]
#[expect(clippy::unnecessary_wraps, reason = "the function of Linux may fail")]
fn ensure_unlocked(_account: &str) -> Result<(), KeychainFailure> {
    Ok(())
}
