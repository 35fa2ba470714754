//! Applies the settings: at the start, when the window changes them, and when their file is edited.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tallylight_client::{Handle, LogLevelController, ThumbnailCache, check_network};
use tallylight_core::{
    Code, Error,
    settings::Settings,
    view::{Login, ReasonView, SettingsView, Tray},
};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_autostart::ManagerExt;
use tokio::sync::mpsc;

use crate::{
    desktop,
    embedded_studio::EmbeddedStudio,
    lifecycle::args::Args,
    settings::file::{Held, Origin, SettingsFile},
    window,
};

/// The Tauri event that reports changed settings to the window.
const CHANGED: &str = "settings";
/// How long the file must be unchanged before it is read: saving causes several events in a row.
const SETTLE_TIME: Duration = Duration::from_millis(200);
/// How long the file must be missing or empty before that counts: some editors leave it so for a moment.
const EMPTY_GRACE_TIME: Duration = Duration::from_secs(2);

/// What the settings act on, beside the client.
pub struct Preferences {
    level: LogLevelController,
    login: Login,
    trouble: Mutex<Option<Error>>,
    /// Watches the file until the app ends.
    watcher: Mutex<Option<RecommendedWatcher>>,
}

impl Preferences {
    /// Creates it; `level` sets the log level. Starting at login is only offered for the usual data folder.
    pub fn new(level: LogLevelController, args: &Args) -> Self {
        let login = if args.has_own_data_dir() { Login::OtherFolder } else { Login::Offered };
        Self { level, login, trouble: Mutex::default(), watcher: Mutex::default() }
    }

    fn set_trouble(&self, trouble: Option<Error>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Applies the settings in the file, and watches the file for changes.
pub fn begin(app: &AppHandle, folder: &Path) {
    let app = app.clone();
    let (sender, mut changes) = mpsc::channel(1);
    let file = app.state::<SettingsFile>().path().to_owned();
    // If the file is a symbolic link, an editor changes its target.
    let target = file.canonicalize().ok().filter(|target| target.parent() != Some(folder));
    let names =
        [Some(&file), target.as_ref()].map(|file| file.and_then(|file| file.file_name()).map(ToOwned::to_owned));
    let watching = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // The folder also holds the database, which changes all the time.
        let is_it = |path: &PathBuf| names.iter().flatten().any(|name| path.file_name() == Some(name));
        let is_about_it = |event: &notify::Event| event.paths.iter().any(is_it);
        // The channel holds one event: more would cause the same reading.
        if event.is_ok_and(|event| event.need_rescan() || !event.kind.is_access() && is_about_it(&event)) {
            let _ = sender.try_send(());
        }
    });
    // The folder is watched instead of the file, because editors replace the file.
    let watching = watching.and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        if let Some(folder) = target.as_deref().and_then(Path::parent) {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(watcher)
    });
    match watching {
        Ok(watcher) => {
            *app.state::<Preferences>().watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
        }
        Err(error) => tracing::warn!(%error, "the settings file cannot be watched"),
    }
    tauri::async_runtime::spawn(async move {
        apply(&app).await;
        while changes.recv().await.is_some() {
            // Waits until the file is unchanged for a while: a half-written file has another meaning.
            while tokio::time::timeout(SETTLE_TIME, changes.recv()).await.is_ok_and(|change| change.is_some()) {}
            let file = app.state::<SettingsFile>();
            if file.is_empty() {
                tokio::time::sleep(EMPTY_GRACE_TIME).await;
            }
            if file.reload() {
                apply(&app).await;
            }
        }
    });
}

/// Returns the settings, with the error of applying them.
pub fn view(app: &AppHandle) -> SettingsView {
    let (preferences, file) = (app.state::<Preferences>(), app.state::<SettingsFile>());
    let held = file.held();
    let trouble = preferences.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
    SettingsView {
        settings: held.settings,
        trouble: held.trouble.or(trouble).map(ReasonView::from),
        version: app.package_info().version.to_string(),
        file: file.path().display().to_string(),
        folder: crate::app::data_dir(app).display().to_string(),
        tray: if desktop::has_tray(app) { Tray::Present } else { Tray::Absent },
        login: preferences.login,
    }
}

/// Parses the settings that the window sends.
///
/// # Errors
/// [`Code::InvalidContent`] naming the invalid value.
pub fn read(settings: serde_json::Value) -> Result<Settings, Error> {
    serde_json::from_value(settings).map_err(|error| Error::new(Code::InvalidContent, error.to_string()))
}

/// Saves and applies the settings that the user chose.
///
/// # Errors
/// The error of the network settings, of the speech model ([`Code::InvalidContent`]) or of saving ([`Code::Storage`],
/// [`Code::File`]). Nothing is saved then.
pub async fn change(app: &AppHandle, settings: Settings) -> Result<(), Error> {
    check_network(&settings.network)?;
    let held = app.state::<SettingsFile>().held().settings;
    if held.computer.speech_model != settings.computer.speech_model {
        app.state::<EmbeddedStudio>().check(&settings)?;
    }
    app.state::<SettingsFile>().change(&settings)?;
    apply(app).await;
    Ok(())
}

/// Resets all settings to their defaults.
///
/// # Errors
/// [`Code::Storage`] if the file could not be renamed.
pub async fn reset(app: &AppHandle) -> Result<(), Error> {
    app.state::<SettingsFile>().reset()?;
    apply(app).await;
    Ok(())
}

async fn apply(app: &AppHandle) {
    let Held { settings, origin, .. } = app.state::<SettingsFile>().held();
    let preferences = app.state::<Preferences>();
    (preferences.level)(settings.advanced.log_level);
    window::set_theme(app, settings.appearance.theme);
    // Also returns the error of network settings with which the client was started, which it does not report itself.
    let network = app.state::<ThumbnailCache>().set_network(&settings.network);
    let login = match origin {
        Origin::Chosen => start_at_login(app, &settings, preferences.login),
        Origin::Unknown => Ok(()),
    };
    let computer = app.state::<EmbeddedStudio>().apply(&settings);
    let applied = app.state::<Handle>().apply(settings).await;
    preferences.set_trouble(network.and(applied).and(login).and(computer).err());
    if let Err(error) = app.emit(CHANGED, ()) {
        tracing::warn!(%error, "the settings change could not be sent to the window");
    }
}

fn start_at_login(app: &AppHandle, settings: &Settings, login: Login) -> Result<(), Error> {
    if login == Login::OtherFolder {
        return Ok(());
    }
    let (list, wanted) = (app.autolaunch(), settings.general.start_at_login);
    let done = match (list.is_enabled().unwrap_or(false), wanted) {
        (false, true) => list.enable(),
        (true, false) => list.disable(),
        (true, true) | (false, false) => Ok(()),
    };
    done.map_err(|error| {
        let words = "Couldn't change the login items";
        Error::new(Code::File, format!("{words} ({error})"))
    })
}
