//! Applies the settings: at the start, and whenever they change, in the window or in their file.

use std::sync::{Mutex, PoisonError};

use tallylight_client::{CurrentSettings, LogLevelController, Origin, SettingsService, ThumbnailCache};
use tallylight_core::{
    Code, Error,
    settings::Settings,
    view::{Login, ReasonView, SettingsView, Tray},
};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_autostart::ManagerExt;

use crate::{desktop, embedded_studio::EmbeddedStudio, lifecycle::args::Args, window};

/// The Tauri event that reports changed settings to the window.
const CHANGED: &str = "settings";

/// What the settings act on, beside the client.
pub struct Preferences {
    level: LogLevelController,
    login: Login,
    /// The error of applying the settings.
    trouble: Mutex<Option<Error>>,
}

impl Preferences {
    /// Creates it; `level` sets the log level. Starting at login is only offered for the usual data folder.
    pub fn new(level: LogLevelController, args: &Args) -> Self {
        let login = if args.has_own_data_dir() { Login::OtherFolder } else { Login::Offered };
        Self { level, login, trouble: Mutex::default() }
    }

    fn set_trouble(&self, trouble: Option<Error>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Applies the settings, now and after each change.
pub fn begin(app: &AppHandle) {
    let settings = app.state::<SettingsService>();
    let mut changes = settings.subscribe();
    tauri::async_runtime::spawn(settings.inner().clone().follow_file());
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            let current = changes.borrow_and_update().clone();
            apply(&app, current);
            if changes.changed().await.is_err() {
                return;
            }
        }
    });
}

/// Returns the settings, with the error of applying them.
pub fn view(app: &AppHandle) -> SettingsView {
    let (preferences, service) = (app.state::<Preferences>(), app.state::<SettingsService>());
    let current = service.current();
    let trouble = preferences.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
    SettingsView {
        settings: current.settings,
        trouble: current.trouble.or(trouble).map(ReasonView::from),
        version: app.package_info().version.to_string(),
        file: service.path().display().to_string(),
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

/// Saves the settings that the user chose; they take effect once they are saved.
///
/// # Errors
/// The error of the network settings, of the speech model ([`Code::InvalidContent`]) or of saving ([`Code::Storage`],
/// [`Code::File`]). Nothing is saved then.
pub fn change(app: &AppHandle, settings: &Settings) -> Result<(), Error> {
    let service = app.state::<SettingsService>();
    if service.current().settings.computer.speech_model != settings.computer.speech_model {
        app.state::<EmbeddedStudio>().check(settings)?;
    }
    service.change(settings)
}

/// Resets all settings to their defaults.
///
/// # Errors
/// [`Code::Storage`] if the file could not be renamed.
pub fn reset(app: &AppHandle) -> Result<(), Error> {
    app.state::<SettingsService>().reset()
}

/// Applies the settings to everything but the account, which has its own receiver.
fn apply(app: &AppHandle, CurrentSettings { settings, origin, .. }: CurrentSettings) {
    let preferences = app.state::<Preferences>();
    (preferences.level)(settings.advanced.log_level);
    window::set_theme(app, settings.appearance.theme);
    // The account uses the same network settings, and reports no error of them.
    let network = app.state::<ThumbnailCache>().set_network(&settings.network);
    let login = match origin {
        Origin::Chosen => start_at_login(app, &settings, preferences.login),
        Origin::Unknown => Ok(()),
    };
    let computer = app.state::<EmbeddedStudio>().apply(&settings);
    preferences.set_trouble(network.and(login).and(computer).err());
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
