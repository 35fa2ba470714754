//! Shutdown: asks the user if uploads would be cancelled, saves everything within a time limit, and starts the next
//! process if one was requested.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tallylight_client::{Handle, SettingsService};
use tallylight_core::{Error, settings::Close, view::Show};
use tauri::{AppHandle, Manager, Window};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons};

use crate::{
    app, desktop,
    embedded_studio::EmbeddedStudio,
    lifecycle::updates,
    settings::preferences,
    window::{self, navigation},
};

/// How long saving may take, including the keychain and the backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(7);
/// How long the embedded studio may take to stop.
const STUDIO_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether the program is shutting down, and which start follows.
#[derive(Default)]
pub struct Shutdown {
    under_way: AtomicBool,
    next: Mutex<Option<Next>>,
}

/// A start that follows the end of this process.
struct Next {
    args: Vec<OsString>,
    folder: Option<PathBuf>,
}

impl Shutdown {
    /// Returns whether the program is shutting down.
    pub fn is_under_way(&self) -> bool {
        self.under_way.load(Ordering::SeqCst)
    }

    /// During shutdown, records a start that was handed over to this process, so that it is performed afterwards.
    /// Returns whether it did.
    pub fn defer_start(&self, command_line: &[String], folder: &Path) -> bool {
        let is_under_way = self.is_under_way();
        if is_under_way {
            let args = command_line.iter().skip(1).map(OsString::from).collect();
            self.follow_with(Next { args, folder: Some(folder.to_owned()) });
        }
        is_under_way
    }

    fn follow_with(&self, next: Next) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    /// Performs the recorded start, if there is one.
    fn start_next(&self, app: &AppHandle) {
        let Some(Next { args, folder }) = self.next.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let started = tauri::process::current_binary(&app.env()).and_then(|program| {
            let mut command = Command::new(program);
            if let Some(folder) = folder {
                command.current_dir(folder);
            }
            command.args(args).spawn()
        });
        if let Err(error) = started {
            tracing::error!(%error, "the following start failed");
        }
    }
}

/// Quits, after asking the user if uploads are in progress.
pub fn ask(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if !app.state::<Handle>().is_uploading().await.unwrap_or(false) {
            now(&app);
        } else if navigation::is_page_ready(&app) {
            navigation::show(&app, Show::Quitting);
        } else {
            ask_without_window(&app);
        }
    });
}

/// Asks in a native dialog when the page cannot ask, so that the user can always quit.
fn ask_without_window(app: &AppHandle) {
    let locale = app::locale(app);
    let question = locale.one_of(
        "Uploads are in progress. Quitting cancels them.",
        "Es laufen noch Uploads. Beim Beenden werden sie abgebrochen.",
        "Hay subidas en curso. Si sales, se cancelarán.",
    );
    let quit = locale.one_of("Quit anyway", "Trotzdem beenden", "Salir de todos modos").to_owned();
    let stay = locale.one_of("Keep uploading", "Weiter hochladen", "Seguir subiendo").to_owned();
    let this = app.clone();
    let dialog = app.dialog().message(question).title("Tallylight");
    dialog.buttons(MessageDialogButtons::OkCancelCustom(quit, stay)).show(move |wanted| {
        if wanted {
            now(&this);
        }
    });
}

/// Quits without asking.
pub fn now(app: &AppHandle) {
    if app.state::<Shutdown>().under_way.swap(true, Ordering::SeqCst) {
        return;
    }
    // A start from now on is not handed over to this process. It waits for the instance lock instead.
    tauri_plugin_single_instance::destroy(app);
    app.exit(0);
}

/// Restarts the app, once everything is saved.
pub fn restart(app: &AppHandle) {
    app.state::<Shutdown>().follow_with(Next { args: app::args(app).restart_arguments(), folder: None });
    now(app);
}

/// The user's answer to the question what closing the window does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Hide the window; the app keeps running.
    Hide,
    /// Quit the app.
    Quit,
}

/// Performs the user's answer, and saves it in the settings if `remember` is set.
///
/// # Errors
/// The error of saving the settings; the answer is performed nevertheless.
pub fn chosen(app: &AppHandle, choice: Choice, remember: bool) -> Result<(), Error> {
    let mut settings = app.state::<SettingsService>().current().settings;
    settings.general.close = if choice == Choice::Hide { Close::Hide } else { Close::Quit };
    let saved = if remember { preferences::change(app, &settings) } else { Ok(()) };
    match choice {
        Choice::Hide => window::hide(app),
        Choice::Quit => ask(app),
    }
    saved
}

/// Hides the window, asks the user or quits, as the settings say.
pub fn close(closing: &Window) {
    let app = closing.app_handle();
    match app.state::<SettingsService>().current().settings.general.close {
        Close::Hide => window::hide(app),
        Close::Auto if desktop::has_tray(app) => window::hide(app),
        Close::Auto if navigation::is_page_ready(app) => navigation::tell(app, Show::Closing),
        Close::Auto | Close::Quit => ask(app),
    }
}

/// Saves everything and stops the embedded studio, each within its time limit, because the next start waits for it.
/// Then installs a downloaded update and performs the start that follows.
pub async fn end(app: &AppHandle) {
    within(SHUTDOWN_TIMEOUT, "saving", app.state::<Handle>().shutdown()).await;
    within(STUDIO_TIMEOUT, "stopping the studio", app.state::<EmbeddedStudio>().close()).await;
    // A downloaded update is used from the next start on.
    if let Err(error) = updates::install(app) {
        tracing::error!(%error, "the update could not be installed");
    }
    app.state::<Shutdown>().start_next(app);
}

async fn within(limit: Duration, step: &str, done: impl Future<Output = ()>) {
    if tokio::time::timeout(limit, done).await.is_err() {
        tracing::error!(step, "shutdown step timed out");
    }
}

/// The signals that end a session or a program: SIGTERM, SIGINT and SIGHUP.
#[cfg(unix)]
pub struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    /// Registers the signal handlers.
    ///
    /// # Errors
    /// The system does not allow a handler.
    pub fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        tauri::async_runtime::block_on(async {
            let [terminate, interrupt, hangup] =
                [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()].map(signal);
            Ok(Self([terminate?, interrupt?, hangup?]))
        })
    }

    /// Quits in order at the first signal, so that the studio stops its ffmpeg and everything is saved. SIGINT during
    /// shutdown (Ctrl-C again) ends the process at once; other signals do not, because several may arrive at the end of
    /// a session.
    pub fn quit_on_signal(self, app: AppHandle) {
        let Self([mut terminate, mut interrupt, mut hangup]) = self;
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
            now(&app);
            interrupt.recv().await;
            tracing::warn!("shutdown interrupted by a second signal");
            std::process::exit(1);
        });
    }
}
