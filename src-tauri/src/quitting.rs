//! The end of the program: asked about where something would be lost, and quick.

use std::sync::atomic::{AtomicBool, Ordering};

use tallylight_client::Handle;
use tallylight_core::{Error, settings::Close, view::Show};
use tauri::{AppHandle, Manager, Window};

use crate::{computer::Computer, desktop, preferences, settings::SettingsFile, shows, updates, window};

/// Remembers that the program ends.
#[derive(Default)]
pub struct Quitting(AtomicBool);

impl Quitting {
    /// Tells whether the program ends.
    pub fn is_under_way(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Quits, unless videos are being uploaded: then the window asks.
pub fn ask(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if app.state::<Handle>().is_uploading().await.unwrap_or(false) {
            shows::show(&app, Show::Quitting);
        } else {
            now(&app);
        }
    });
}

/// Quits, whatever is under way.
pub fn now(app: &AppHandle) {
    // Another start from now on is a start of its own, which waits for the end of this one.
    app.state::<Quitting>().0.store(true, Ordering::SeqCst);
    tauri_plugin_single_instance::destroy(app);
    app.exit(0);
}

/// Starts anew, once everything is saved.
pub fn restart(app: &AppHandle) {
    app.state::<Quitting>().0.store(true, Ordering::SeqCst);
    app.request_restart();
}

/// Names what a person answers when closing the window asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The app goes on without a window.
    Hide,
    /// It ends.
    Quit,
}

/// Does what a person answered, and keeps it where they want that.
///
/// # Errors
/// Says why it could not be kept; it is done all the same.
pub async fn chosen(app: &AppHandle, choice: Choice, remember: bool) -> Result<(), Error> {
    let mut settings = app.state::<SettingsFile>().held().settings;
    settings.general.close = if choice == Choice::Hide { Close::Hide } else { Close::Quit };
    let kept = if remember { preferences::change(app, settings).await } else { Ok(()) };
    match choice {
        Choice::Hide => window::hide(app),
        Choice::Quit => ask(app),
    }
    kept
}

/// Does what closing the window should do.
pub fn close(closing: &Window) {
    let app = closing.app_handle();
    match app.state::<SettingsFile>().held().settings.general.close {
        Close::Quit => ask(app),
        Close::Hide => window::hide(app),
        Close::Auto if desktop::has_tray(app) => window::hide(app),
        Close::Auto => shows::tell(app, Show::Closing),
    }
}

/// Saves everything and stops what runs.
pub async fn end(app: &AppHandle) {
    app.state::<Handle>().shutdown().await;
    app.state::<Computer>().close().await;
    // What was fetched runs from the next start on.
    updates::install(app).await;
}

/// Are the signals that end a session, or a program.
#[cfg(unix)]
pub struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    /// Catches them from now on.
    ///
    /// # Errors
    /// The system does not let them be caught.
    pub fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        tauri::async_runtime::block_on(async {
            let [terminate, interrupt, hangup] =
                [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
            Ok(Self([terminate?, interrupt?, hangup?]))
        })
    }

    /// Quits properly at the first of them, so that the studio stops its ffmpeg and everything is saved.
    pub fn quit_at(self, app: AppHandle) {
        let Self([mut terminate, mut interrupt, mut hangup]) = self;
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
            now(&app);
        });
    }
}
