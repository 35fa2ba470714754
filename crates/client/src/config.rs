//! The configuration with which a client is started.

use std::path::PathBuf;

use tallylight_core::settings::Settings;

use crate::{
    platform::{
        browser::Browser,
        clock::Clock,
        crash_marker::AfterCrashes,
        keychain::{Keychain, Unlock},
        network::Network,
    },
    settings::{SettingsReceiver, fixed_settings},
};

/// The configuration of a client.
#[derive(Debug)]
pub struct Config {
    /// The folder of the database, logs and thumbnails.
    pub data_dir: PathBuf,
    /// The keychain entry of the session.
    pub keychain: Keychain,
    /// The source of the time.
    pub clock: Clock,
    /// The source of changes of the network.
    pub network: Network,
    /// How sign-in pages are opened.
    pub browser: Browser,
    /// Whether to ask for unlocking the keychain when the session is restored at the start.
    pub unlock: Unlock,
    /// The user's settings, from their owner.
    pub settings: SettingsReceiver,
    /// The system's language as a locale name such as `de-DE`; empty if it is unknown.
    pub system_language: String,
    /// The keychain entry of the secret that signs webhooks.
    pub webhook_keychain: Keychain,
    /// The keychain entry of the keys of Pushover.
    pub pushover_keychain: Keychain,
    /// What happens with the database at a start after two crashes within a minute.
    pub after_crashes: AfterCrashes,
    /// Whether uploads continue at the next start.
    pub upload_storage: UploadStorage,
}

/// Where the upload queue is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadStorage {
    /// On disk: uploads continue at the next start.
    Disk,
    /// In memory: the end of the program cancels uploads.
    Memory,
}

impl Config {
    /// Creates a configuration with this system's clock, network and browser, and default settings. A locked keychain
    /// is not unlocked.
    pub fn new(data_dir: PathBuf, keychain: Keychain) -> Self {
        let (clock, network, browser) = (Clock::system(), Network::system(), Browser::system());
        Self {
            data_dir,
            keychain,
            clock,
            network,
            browser,
            unlock: Unlock::Never,
            settings: fixed_settings(Settings::default()),
            system_language: String::new(),
            webhook_keychain: Keychain::Memory,
            pushover_keychain: Keychain::Memory,
            after_crashes: AfterCrashes::SetDatabaseAside,
            upload_storage: UploadStorage::Disk,
        }
    }
}
