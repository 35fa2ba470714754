//! Settings as they take effect: at the start, when the window changes them, and when somebody edits their file.

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

/// The window hears under this name that settings changed.
const CHANGED: &str = "settings";
/// A file that is saved changes several times in a row.
const SETTLED: Duration = Duration::from_millis(200);
/// How long a file must be gone or empty to be meant so: some editors make it so for a moment.
const STAYS_EMPTY: Duration = Duration::from_secs(2);

/// Is what settings act on, beside the client.
pub struct Preferences {
    level: LogLevelController,
    login: Login,
    trouble: Mutex<Option<Error>>,
    /// Watches the file until the end.
    watcher: Mutex<Option<RecommendedWatcher>>,
}

impl Preferences {
    /// Lets them act on the log, and on the system's list of programs to start.
    pub fn new(level: LogLevelController, args: &Args) -> Self {
        let login = if args.has_own_data_dir() { Login::OtherFolder } else { Login::Offered };
        Self { level, login, trouble: Mutex::default(), watcher: Mutex::default() }
    }

    fn set_trouble(&self, trouble: Option<Error>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Lets what the file says take effect, and listens to changes of it.
pub fn begin(app: &AppHandle, folder: &Path) {
    let app = app.clone();
    let (sender, mut changes) = mpsc::channel(1);
    let file = app.state::<SettingsFile>().path().to_owned();
    // Where the file is a link, an editor changes what it leads to.
    let target = file.canonicalize().ok().filter(|target| target.parent() != Some(folder));
    let names =
        [Some(&file), target.as_ref()].map(|file| file.and_then(|file| file.file_name()).map(ToOwned::to_owned));
    let watching = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // The store is in the same folder, and written all the time.
        let is_it = |path: &PathBuf| names.iter().flatten().any(|name| path.file_name() == Some(name));
        let is_about_it = |event: &notify::Event| event.paths.iter().any(is_it);
        // One that waits says as much as many.
        if event.is_ok_and(|event| event.need_rescan() || !event.kind.is_access() && is_about_it(&event)) {
            let _ = sender.try_send(());
        }
    });
    // The folder and not the file: editors put another file in its place.
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
        Err(error) => tracing::warn!(%error, "a change of the settings' file takes effect at the next start"),
    }
    tauri::async_runtime::spawn(async move {
        take_effect(&app).await;
        while changes.recv().await.is_some() {
            // Until it is quiet: a file that is being written says something else than what is meant.
            while tokio::time::timeout(SETTLED, changes.recv()).await.is_ok_and(|change| change.is_some()) {}
            let file = app.state::<SettingsFile>();
            if file.is_empty() {
                tokio::time::sleep(STAYS_EMPTY).await;
            }
            if file.reread() {
                take_effect(&app).await;
            }
        }
    });
}

/// Returns what a person chose, and what became of it.
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

/// Reads what the window says that a person chose.
///
/// # Errors
/// Says what of it is wrong.
pub fn read(settings: serde_json::Value) -> Result<Settings, Error> {
    serde_json::from_value(settings).map_err(|error| Error::new(Code::InvalidContent, error.to_string()))
}

/// Keeps what a person chose, and lets it take effect.
///
/// # Errors
/// Says what cannot be; nothing is kept then.
pub async fn change(app: &AppHandle, settings: Settings) -> Result<(), Error> {
    check_network(&settings.network)?;
    let held = app.state::<SettingsFile>().held().settings;
    if held.computer.speech_model != settings.computer.speech_model {
        app.state::<EmbeddedStudio>().check(&settings)?;
    }
    app.state::<SettingsFile>().change(&settings)?;
    take_effect(app).await;
    Ok(())
}

/// Goes back to what holds for everybody.
///
/// # Errors
/// Says why the file could not be put aside.
pub async fn reset(app: &AppHandle) -> Result<(), Error> {
    app.state::<SettingsFile>().reset()?;
    take_effect(app).await;
    Ok(())
}

async fn take_effect(app: &AppHandle) {
    let Held { settings, origin, .. } = app.state::<SettingsFile>().held();
    let preferences = app.state::<Preferences>();
    (preferences.level)(settings.advanced.log_level);
    window::set_theme(app, settings.appearance.theme);
    // Says it also where the client was started with it, and told nobody.
    let network = app.state::<ThumbnailCache>().set_network(&settings.network);
    let login = match origin {
        Origin::Chosen => start_at_login(app, &settings, preferences.login),
        Origin::Unknown => Ok(()),
    };
    let computer = app.state::<EmbeddedStudio>().apply(&settings);
    let applied = app.state::<Handle>().apply(settings).await;
    preferences.set_trouble(network.and(applied).and(login).and(computer).err());
    if let Err(error) = app.emit(CHANGED, ()) {
        tracing::warn!(%error, "the window did not hear of the settings");
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
