//! The settings and their only owner, which reads and writes the settings file and publishes what is in effect
//! (docs/adr/0024-settings-file.md).

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tallylight_core::{
    Error,
    settings::{Data, Settings},
};
use tokio::sync::watch;

use crate::net::connector::check_network;

mod document;
mod file;
#[cfg(test)]
mod tests;
mod watcher;

use file::SettingsFile;
use watcher::FileWatcher;

/// How long the file must be missing or empty before that counts: some editors leave it so for a moment.
const EMPTY_GRACE_TIME: Duration = Duration::from_secs(2);

/// The settings in effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentSettings {
    /// The values.
    pub settings: Settings,
    /// The error of the file, if it cannot be read. Earlier settings are in effect then.
    pub trouble: Option<Error>,
    /// Whether the user chose these settings.
    pub origin: Origin,
}

/// The source of the settings in effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The user's choice: the file, or the defaults if there is none.
    #[default]
    Chosen,
    /// The file cannot be read and never could, so the user's choice is unknown. Nothing is changed in the system, and
    /// no data is deleted, on the basis of defaults.
    Unknown,
}

/// The receiver of the settings in effect: the current ones, and each change.
pub type SettingsReceiver = watch::Receiver<CurrentSettings>;

/// The owner of the settings. Copies share them.
#[derive(Clone, Debug)]
pub struct SettingsService(Arc<Owned>);

#[derive(Debug)]
struct Owned {
    file: SettingsFile,
    /// Held from the reading of the file to the publication of the result: each change writes the whole file.
    lock: Mutex<()>,
    current: watch::Sender<CurrentSettings>,
}

/// Reads the settings of a folder without writing anything. While the file has a mistake, the last valid settings are
/// in effect; if none are known, the defaults.
pub fn read_settings(folder: &Path) -> CurrentSettings {
    let file = SettingsFile::of(folder);
    let trouble = match file.read() {
        Ok(settings) => return CurrentSettings { settings, ..CurrentSettings::default() },
        Err(error) => Some(error),
    };
    if let Some(settings) = file.last_valid() {
        return CurrentSettings { settings, trouble, origin: Origin::Chosen };
    }
    let data = Data { retention_days: *Data::DAYS.end() };
    CurrentSettings { settings: Settings { data, ..Settings::default() }, trouble, origin: Origin::Unknown }
}

/// Returns a receiver of settings that never change.
pub fn fixed_settings(settings: Settings) -> SettingsReceiver {
    watch::channel(CurrentSettings { settings, ..CurrentSettings::default() }).1
}

impl SettingsService {
    /// Reads the settings of a folder.
    pub fn open(folder: &Path) -> Self {
        let (file, current) = (SettingsFile::of(folder), read_settings(folder));
        if current.trouble.is_none() {
            file.store_last_valid(&current.settings);
        }
        Self(Arc::new(Owned { file, lock: Mutex::default(), current: watch::Sender::new(current) }))
    }

    /// Returns the path of the settings file.
    pub fn path(&self) -> &Path {
        self.0.file.path()
    }

    /// Returns the settings in effect.
    pub fn current(&self) -> CurrentSettings {
        self.0.current.borrow().clone()
    }

    /// Returns a receiver of the settings in effect.
    pub fn subscribe(&self) -> SettingsReceiver {
        self.0.current.subscribe()
    }

    /// Saves the settings that the user chose, and then publishes them.
    ///
    /// # Errors
    /// [`Code::Storage`](tallylight_core::Code::Storage) if the file could not be written,
    /// [`Code::File`](tallylight_core::Code::File) if it has a mistake or the certificate file cannot be read. Nothing
    /// is saved or published then.
    pub fn change(&self, chosen: &Settings) -> Result<(), Error> {
        check_network(&chosen.network)?;
        let _lock = self.lock();
        let settings = self.0.file.change(&self.current().settings, chosen)?;
        self.publish(settings);
        Ok(())
    }

    /// Puts the file aside, valid or not, and publishes the defaults.
    ///
    /// # Errors
    /// [`Code::Storage`](tallylight_core::Code::Storage) if the file could not be renamed.
    pub fn reset(&self) -> Result<(), Error> {
        let _lock = self.lock();
        self.0.file.set_aside()?;
        self.publish(Settings::default());
        Ok(())
    }

    /// Reads the file again, and publishes what it says if anything changed. If it has a mistake, that is published,
    /// and the settings in effect stay.
    pub fn reload(&self) {
        let _lock = self.lock();
        let before = self.current();
        let now = match self.0.file.read() {
            Ok(settings) => CurrentSettings { settings, ..CurrentSettings::default() },
            Err(error) => CurrentSettings { trouble: Some(error), ..before.clone() },
        };
        if now.settings != before.settings {
            self.0.file.store_last_valid(&now.settings);
        }
        if now != before {
            self.0.current.send_replace(now);
        }
    }

    /// Reloads the file whenever it changes. Returns only if the file cannot be watched.
    pub async fn follow_file(self) {
        let mut watcher = match FileWatcher::new(self.path()) {
            Ok(watcher) => watcher,
            Err(error) => return tracing::warn!(%error, "the settings file cannot be watched"),
        };
        while watcher.changed().await.is_some() {
            if self.0.file.is_empty() {
                tokio::time::sleep(EMPTY_GRACE_TIME).await;
            }
            self.reload();
        }
    }

    /// Publishes valid settings, also if they are the same: what they name, such as a certificate file, may have
    /// changed.
    fn publish(&self, settings: Settings) {
        self.0.file.store_last_valid(&settings);
        self.0.current.send_replace(CurrentSettings { settings, ..CurrentSettings::default() });
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.0.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
