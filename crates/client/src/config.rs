//! What a client is started with.

use std::path::PathBuf;

use tallylight_core::settings::Settings;

use crate::platform::{
    browser::Browser,
    clock::Clock,
    keychain::{Keychain, Unlock},
    network::Network,
};

/// Is what an actor is started with.
#[derive(Debug)]
pub struct Config {
    /// Where state is kept.
    pub data_dir: PathBuf,
    /// Where the session is kept.
    pub keychain: Keychain,
    /// What tells the time.
    pub clock: Clock,
    /// What tells of changes of the network.
    pub network: Network,
    /// What opens sign-in pages.
    pub browser: Browser,
    /// What becomes of a keychain that is locked when the session of an earlier run is taken up.
    pub unlock: Unlock,
    /// What the person chose.
    pub settings: Settings,
    /// The language of the system, as it names it.
    pub system_language: String,
    /// Where the secret is kept that signs webhooks.
    pub webhook_keychain: Keychain,
    /// What becomes of the cache at a start that follows two crashes within a minute.
    pub after_crashes: AfterCrashes,
}

/// Tells what becomes of what was kept where the last runs crashed, one shortly after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterCrashes {
    /// It is set aside, and what a person wrote is carried over: a crash that comes with every start must end.
    BeginAnew,
    /// It is used as it is.
    GoOn,
}

impl Config {
    /// Keeps state in a folder and the session in a keychain, with this system's clock, network and browser. A locked
    /// keychain is waited for in quiet.
    pub fn new(data_dir: PathBuf, keychain: Keychain) -> Self {
        let (clock, network, browser) = (Clock::system(), Network::system(), Browser::system());
        Self {
            data_dir,
            keychain,
            clock,
            network,
            browser,
            unlock: Unlock::Never,
            settings: Settings::default(),
            system_language: String::new(),
            webhook_keychain: Keychain::Memory,
            after_crashes: AfterCrashes::BeginAnew,
        }
    }
}
