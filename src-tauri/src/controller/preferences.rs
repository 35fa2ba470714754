//! Applies the settings: at the start, and whenever they change, in the window or in their file.

#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tallylight_client::{CurrentSettings, LogLevelController, Origin, SettingsReceiver};
use tallylight_core::{
    Code, Error, Reason,
    settings::{Settings, WindowMode},
};
use tallylight_view::{Login, SettingsView, Tray, WindowView};
use tauri_plugin_autostart::ManagerExt;

use super::Controller;
#[cfg(target_os = "linux")]
use crate::desktop::{color_scheme, sandbox};
use crate::{lifecycle::args::Args, page_events::SETTINGS};

/// What the settings act on that is no subsystem of its own.
pub struct Preferences {
    level: LogLevelController,
    login: Login,
    /// The error of applying the settings.
    trouble: Mutex<Option<Error>>,
    /// Whether the desktop was asked to start the sandboxed app at login.
    #[cfg(target_os = "linux")]
    has_asked_for_login: AtomicBool,
}

impl Preferences {
    /// Creates it; `level` sets the log level. Starting at login is only offered for the usual data folder.
    pub fn new(level: LogLevelController, args: &Args) -> Self {
        let login = if args.has_own_data_dir() { Login::OtherFolder } else { Login::Offered };
        Self {
            level,
            login,
            trouble: Mutex::default(),
            #[cfg(target_os = "linux")]
            has_asked_for_login: AtomicBool::new(false),
        }
    }
}

impl Controller {
    /// Returns the settings in effect.
    pub fn settings(&self) -> Settings {
        self.settings.current().settings
    }

    /// Returns the settings with their file, and the error of reading or applying them.
    pub fn settings_view(&self) -> SettingsView {
        let current = self.settings.current();
        let trouble = self.preferences.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        SettingsView {
            settings: current.settings,
            trouble: current.trouble.or(trouble).map(Reason::from),
            version: self.app.package_info().version.to_string(),
            file: self.settings.path().display().to_string(),
            folder: self.data_dir.path().display().to_string(),
            tray: if self.desktop.has_tray() { Tray::Present } else { Tray::Absent },
            login: self.preferences.login,
            window: WindowView {
                mode: self.window.mode(),
                stacking: self.desktop.stacking(),
                shortcut: self.shortcut.state(),
            },
        }
    }

    /// Changes the form of the window, and saves it in the settings. It is also changed if it cannot be saved: nobody may
    /// be left in the strip because of a full disk.
    pub fn set_window_mode(self: &Arc<Self>, mode: WindowMode) {
        let this = Arc::clone(self);
        self.on_main_thread(move || {
            this.window.set_mode(&this.app, mode);
            SETTINGS.send(&this.app, ());
        });
        let mut settings = self.settings();
        settings.window.mode = mode;
        if let Err(error) = self.change_settings(&settings) {
            tracing::warn!(error = error.with_causes(), "the form of the window could not be saved");
        }
    }

    /// Saves the settings that the user chose; they take effect once they are saved.
    ///
    /// # Errors
    /// The error of the network settings, of the speech model ([`Code::InvalidContent`]) or of saving
    /// ([`Code::Storage`], [`Code::File`]). Nothing is saved then.
    pub fn change_settings(&self, settings: &Settings) -> Result<(), Error> {
        if self.settings().computer.speech_model != settings.computer.speech_model {
            self.studio.check(settings)?;
        }
        self.settings.change(settings)
    }

    /// Resets all settings to their defaults.
    ///
    /// # Errors
    /// [`Code::Storage`] if the file could not be renamed.
    pub fn reset_settings(&self) -> Result<(), Error> {
        self.settings.reset()
    }

    /// Applies the settings, now and after each change, until the app ends.
    pub async fn follow_settings(self: Arc<Self>, mut changes: SettingsReceiver) {
        loop {
            let current = changes.borrow_and_update().clone();
            self.apply_settings(&current);
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Applies the settings to everything but the account, which has its own receiver.
    fn apply_settings(self: &Arc<Self>, CurrentSettings { settings, origin, .. }: &CurrentSettings) {
        (self.preferences.level)(settings.advanced.log_level);
        self.window.set_theme(&self.app, settings.appearance.theme);
        self.shortcut.apply(&self.app, settings.window.shortcut.as_ref());
        // The account uses the same network settings, and reports no error of them.
        let network = self.thumbnails.cache().set_network(&settings.network);
        let login = match origin {
            Origin::Chosen => self.start_at_login(settings),
            Origin::Unknown => Ok(()),
        };
        let computer = self.studio.apply(settings);
        let trouble = network.and(login).and(computer).err();
        *self.preferences.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        let (this, window) = (Arc::clone(self), settings.window.clone());
        self.on_main_thread(move || {
            this.window.apply(&this.app, &window);
            SETTINGS.send(&this.app, ());
        });
    }

    /// Shows a dark window while the desktop prefers it and the user has no preference, until the app ends.
    #[cfg(target_os = "linux")]
    pub fn follow_color_scheme(self: &Arc<Self>) {
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(color_scheme::watch(move |is_dark| {
            let that = Arc::clone(&this);
            this.on_main_thread(move || that.window.set_desktop_dark(&that.app, is_dark));
        }));
    }

    /// Asks the desktop to start the sandboxed app at login, or no longer. It may ask the user, so nobody waits for it.
    #[cfg(target_os = "linux")]
    fn ask_for_start_at_login(&self, wanted: bool) {
        if self.preferences.has_asked_for_login.swap(wanted, Ordering::Relaxed) == wanted {
            return;
        }
        let reason = self.locale().one_of(
            "Tallylight tells you when a video is ready",
            "Tallylight meldet dir, wenn ein Video bereit ist",
            "Tallylight te avisa cuando un vídeo está listo",
        );
        tauri::async_runtime::spawn(async move {
            if let Err(error) = sandbox::start_at_login(reason, wanted).await {
                tracing::warn!(%error, "the desktop does not start the app at login");
            }
        });
    }

    /// Calls something on the main thread, the only one that may change the window. Does not wait for it.
    fn on_main_thread(&self, act: impl FnOnce() + Send + 'static) {
        if let Err(error) = self.app.run_on_main_thread(act) {
            tracing::warn!(%error, "the window could not be changed");
        }
    }

    fn start_at_login(&self, settings: &Settings) -> Result<(), Error> {
        if self.preferences.login == Login::OtherFolder {
            return Ok(());
        }
        #[cfg(target_os = "linux")]
        if sandbox::is_sandboxed() {
            self.ask_for_start_at_login(settings.general.start_at_login);
            return Ok(());
        }
        let (list, wanted) = (self.app.autolaunch(), settings.general.start_at_login);
        let done = match (list.is_enabled().unwrap_or(false), wanted) {
            (false, true) => list.enable(),
            (true, false) => list.disable(),
            (true, true) | (false, false) => Ok(()),
        };
        done.map_err(|error| Error::new(Code::File, format!("Couldn't change the login items ({error})")))
    }
}
