//! The controller: it owns the subsystems of the app and does what involves several of them. Each subsystem gets what it
//! needs passed in and knows neither the controller nor the others; what it has to report, it reports to a closure or a
//! channel that the controller gives it.

use std::sync::Arc;

use tallylight_client::{Config, Handle, Keychain, LogLevelController, SettingsService, ThumbnailCache, start};
use tallylight_core::{Error, locale::Locale};
use tallylight_view::{InitialState, ServerView};
use tauri::AppHandle;
use tokio::sync::mpsc;

use crate::{
    data_dir::DataDir,
    desktop::Desktop,
    dialogs,
    embedded_studio::EmbeddedStudio,
    lifecycle::{args::Args, launch::PendingLaunches, shutdown::Shutdown, updates::Updates},
    shortcut::GlobalShortcut,
    thumbnails::Thumbnails,
    tray::Tray,
    window::{MainWindow, StartVisibility},
};
use preferences::Preferences;
use shell::DesktopShell;

mod closing;
mod copying;
mod launching;
mod notifying;
mod preferences;
mod shell;
mod tray_actions;
mod upload_again;

pub use closing::CloseChoice;

/// The keychain entry of the app's session. `tally` has its own, so that neither uses up the other's refresh token.
const KEYCHAIN_ACCOUNT: &str = "desktop";
/// The keychain entry of the secret that signs webhooks.
const WEBHOOK_ACCOUNT: &str = "webhook";
/// The keychain entry of the keys of Pushover.
const PUSHOVER_ACCOUNT: &str = "pushover";

/// The subsystems that work before the setup: a second start may be handed over as soon as the app is built.
#[derive(Clone)]
pub struct EarlySubsystems {
    /// The main window, which may be requested before it can be built.
    pub window: Arc<MainWindow>,
    /// The starts that were handed over.
    pub launches: Arc<PendingLaunches>,
    /// The end of the process, for which a start may have to wait.
    pub shutdown: Arc<Shutdown>,
}

/// The controller. It is the only value that Tauri manages.
pub struct Controller {
    app: AppHandle,
    args: Args,
    data_dir: DataDir,
    client: Handle,
    settings: SettingsService,
    preferences: Preferences,
    studio: EmbeddedStudio,
    thumbnails: Thumbnails,
    window: Arc<MainWindow>,
    shortcut: GlobalShortcut,
    tray: Arc<Tray>,
    desktop: Desktop,
    launches: Arc<PendingLaunches>,
    shutdown: Arc<Shutdown>,
    updates: Updates,
}

impl Controller {
    /// Creates the remaining subsystems and starts the client. Must be called on the main thread, by the setup: before, a
    /// start that is handed over to another process must not change anything.
    pub fn start(
        app: &AppHandle,
        early: EarlySubsystems,
        data_dir: DataDir,
        args: Args,
        level: LogLevelController,
    ) -> Arc<Self> {
        let folder = data_dir.desktop();
        let settings = SettingsService::open(&folder);
        let preferences = Preferences::new(level, &args);
        let cache = ThumbnailCache::new(&folder);
        let (tray, desktop) = (Arc::<Tray>::default(), Desktop::watch());
        let (sender, notifications) = mpsc::unbounded_channel();
        let shell = DesktopShell {
            app: app.clone(),
            window: Arc::clone(&early.window),
            thumbnails: cache.clone(),
            tray: Arc::clone(&tray),
            desktop: desktop.clone(),
            shutdown: Arc::clone(&early.shutdown),
            notifications: sender,
        };
        let config = Config {
            settings: settings.subscribe(),
            system_language: system_language(),
            webhook_keychain: Keychain::System(WEBHOOK_ACCOUNT.to_owned()),
            pushover_keychain: Keychain::System(PUSHOVER_ACCOUNT.to_owned()),
            ..Config::new(folder, Keychain::System(KEYCHAIN_ACCOUNT.to_owned()))
        };
        let client = tauri::async_runtime::block_on(async { start(config, shell) });
        let controller = Arc::new(Self {
            app: app.clone(),
            args,
            studio: EmbeddedStudio::new(data_dir.studio()),
            data_dir,
            thumbnails: Thumbnails::new(client.clone(), cache),
            client,
            settings,
            preferences,
            shortcut: toggling(app, &early.window),
            window: early.window,
            tray,
            desktop,
            launches: early.launches,
            shutdown: early.shutdown,
            updates: Updates::new(app.clone()),
        });
        tauri::async_runtime::spawn(Arc::clone(&controller).show_notifications(notifications));
        controller
    }

    /// Builds the window, if this start shows it, and the tray. Then starts what runs in the background.
    ///
    /// # Errors
    /// The system cannot build the window.
    pub fn begin(self: &Arc<Self>) -> tauri::Result<()> {
        // A start at login builds no window: the page needs most of the program's resources.
        let is_shown = !self.args.hidden || self.args.job().is_some();
        let visibility = if is_shown { StartVisibility::Shown } else { StartVisibility::Hidden };
        // Before the tray, because the webview's processes start in the background meanwhile.
        self.window.start(&self.app, &self.settings(), visibility)?;
        let this = Arc::clone(self);
        self.tray.build(&self.app, move |click| this.perform_click_in_tray(click));
        tauri::async_runtime::spawn(self.settings.clone().follow_file());
        tauri::async_runtime::spawn(Arc::clone(self).follow_settings(self.settings.subscribe()));
        tauri::async_runtime::spawn(Arc::clone(self).report_missing_tray());
        #[cfg(target_os = "linux")]
        self.follow_color_scheme();
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move { this.updates.check_daily().await });
        #[cfg(target_os = "macos")]
        self.follow_links();
        Ok(())
    }

    /// Returns the handle of the client.
    pub fn client(&self) -> &Handle {
        &self.client
    }

    /// Returns the embedded studio.
    pub fn studio(&self) -> &EmbeddedStudio {
        &self.studio
    }

    /// Returns the thumbnails.
    pub fn thumbnails(&self) -> &Thumbnails {
        &self.thumbnails
    }

    /// Returns the main window.
    pub fn window(&self) -> &Arc<MainWindow> {
        &self.window
    }

    /// Returns the updates.
    pub fn updates(&self) -> &Updates {
        &self.updates
    }

    /// Returns the handle of the Tauri app.
    pub fn app(&self) -> &AppHandle {
        &self.app
    }

    /// Brings the window to the front, or builds it.
    pub fn show_window(&self) {
        self.window.show(&self.app);
    }

    /// Records that the page is ready to show something on request, and sends it the requests that were held.
    pub fn page_ready(&self) {
        self.window.navigation().page_ready(&self.app);
    }

    /// Returns everything that the first frame of the page shows.
    ///
    /// # Errors
    /// The errors of [`Handle::status`] and [`Handle::rows`].
    pub async fn initial_state(&self) -> Result<InitialState, Error> {
        // Read first: batches that are sent from now on may be missing from the state below. The page compares this
        // count with the one that `listening` returns, and refetches what it missed.
        let sent = self.window.events().sent();
        let settings = self.settings_view();
        Ok(InitialState { sent, settings, status: self.client.status().await?, rows: self.client.rows().await? })
    }

    /// Signs in on a provider's page in the browser.
    ///
    /// # Errors
    /// The errors of [`Handle::sign_in_with`].
    pub async fn sign_in_with(&self, provider: String) -> Result<(), Error> {
        self.client.sign_in_with(provider).await?;
        // The browser has the focus after signing in.
        self.show_window();
        Ok(())
    }

    /// Starts the embedded studio if it is not running, connects to it and signs in.
    ///
    /// # Errors
    /// The errors of [`EmbeddedStudio::open`].
    pub async fn use_this_computer(&self) -> Result<ServerView, Error> {
        self.studio.open(&self.client).await
    }

    /// Deletes the stored videos and thumbnails, and fetches them again.
    ///
    /// # Errors
    /// The errors of [`Handle::clear_cache`].
    pub async fn clear_cache(&self) -> Result<(), Error> {
        self.thumbnails.cache().clear();
        self.client.clear_cache().await
    }

    /// Saves a report without names and addresses where the user chooses, and returns its path; `None` if the user
    /// cancels.
    ///
    /// # Errors
    /// The errors of [`Handle::report`] and [`dialogs::save_text`].
    pub async fn save_report(&self) -> Result<Option<String>, Error> {
        let title = self.locale().one_of("Save the report", "Bericht speichern", "Guardar el informe");
        dialogs::save_text(&self.app, title, "tallylight-report.txt", self.client.report().await?).await
    }

    /// Opens the data folder in the system's file manager.
    ///
    /// # Errors
    /// The errors of [`dialogs::open_folder`].
    pub fn open_data_dir(&self) -> Result<(), Error> {
        dialogs::open_folder(&self.app, self.data_dir.path())
    }

    /// Returns the locale of the user's language: the one in the settings, or the system's.
    pub fn locale(&self) -> Locale {
        Locale::new(self.settings().appearance.language, &system_language())
    }
}

/// Returns the shortcut that shows or hides the window.
fn toggling(app: &AppHandle, window: &Arc<MainWindow>) -> GlobalShortcut {
    let (app, window) = (app.clone(), Arc::clone(window));
    GlobalShortcut::new(move || window.toggle(&app))
}

/// Returns the system's language as a locale name such as `de-DE`; empty if it is unknown.
fn system_language() -> String {
    sys_locale::get_locale().unwrap_or_default()
}
