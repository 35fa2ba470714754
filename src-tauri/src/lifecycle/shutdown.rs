//! The end of the program: asked about where something would be lost, and quick.

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

use tallylight_client::Handle;
use tallylight_core::{Error, settings::Close, view::Show};
use tauri::{AppHandle, Manager, Window};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons};

use crate::{
    app, desktop,
    embedded_studio::EmbeddedStudio,
    lifecycle::updates,
    settings::{file::SettingsFile, preferences},
    window::{self, navigation},
};

/// How long saving may take, with the keychain and the backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(7);
/// How long the studio of this computer may take to stop.
const STUDIO_TIMEOUT: Duration = Duration::from_secs(5);

/// Remembers that the program ends, and what is started when it has.
#[derive(Default)]
pub struct Shutdown {
    under_way: AtomicBool,
    next: Mutex<Option<Next>>,
}

/// Is a start that follows.
struct Next {
    words: Vec<OsString>,
    folder: Option<PathBuf>,
}

impl Shutdown {
    /// Tells whether the program ends.
    pub fn is_under_way(&self) -> bool {
        self.under_way.load(Ordering::SeqCst)
    }

    /// Takes over a start that was handed to this program although it ends, and tells whether it did.
    pub fn takes_over(&self, words: &[String], folder: &Path) -> bool {
        let is_under_way = self.is_under_way();
        if is_under_way {
            let words = words.iter().skip(1).map(OsString::from).collect();
            self.follow_with(Next { words, folder: Some(folder.to_owned()) });
        }
        is_under_way
    }

    fn follow_with(&self, next: Next) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    /// Starts what follows.
    fn start_next(&self, app: &AppHandle) {
        let Some(Next { words, folder }) = self.next.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let started = tauri::process::current_binary(&app.env()).and_then(|program| {
            let mut command = Command::new(program);
            if let Some(folder) = folder {
                command.current_dir(folder);
            }
            command.args(words).spawn()
        });
        if let Err(error) = started {
            tracing::error!(%error, "the next start failed");
        }
    }
}

/// Quits, unless videos are being uploaded: then the person is asked.
pub fn ask(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if !app.state::<Handle>().is_uploading().await.unwrap_or(false) {
            now(&app);
        } else if navigation::is_page_listening(&app) {
            navigation::show(&app, Show::Quitting);
        } else {
            ask_without_window(&app);
        }
    });
}

/// Asks where the window shows nothing: whoever wants to quit must be able to.
fn ask_without_window(app: &AppHandle) {
    let words = app::locale(app);
    let question = words.one_of(
        "Uploads are in progress. Quitting cancels them.",
        "Es laufen noch Uploads. Beim Beenden werden sie abgebrochen.",
        "Hay subidas en curso. Si sales, se cancelarán.",
    );
    let quit = words.one_of("Quit anyway", "Trotzdem beenden", "Salir de todos modos").to_owned();
    let stay = words.one_of("Keep uploading", "Weiter hochladen", "Seguir subiendo").to_owned();
    let this = app.clone();
    let dialog = app.dialog().message(question).title("Tallylight");
    dialog.buttons(MessageDialogButtons::OkCancelCustom(quit, stay)).show(move |wanted| {
        if wanted {
            now(&this);
        }
    });
}

/// Quits, whatever is under way.
pub fn now(app: &AppHandle) {
    if app.state::<Shutdown>().under_way.swap(true, Ordering::SeqCst) {
        return;
    }
    // Another start from now on is a start of its own, which waits for the end of this one.
    tauri_plugin_single_instance::destroy(app);
    app.exit(0);
}

/// Starts anew, once everything is saved.
pub fn restart(app: &AppHandle) {
    app.state::<Shutdown>().follow_with(Next { words: app::args(app).for_restart(), folder: None });
    now(app);
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
        Close::Hide => window::hide(app),
        Close::Auto if desktop::has_tray(app) => window::hide(app),
        Close::Auto if navigation::is_page_listening(app) => navigation::tell(app, Show::Closing),
        Close::Auto | Close::Quit => ask(app),
    }
}

/// Saves everything and stops what runs, each for so long at most: the next start waits for it.
pub async fn end(app: &AppHandle) {
    within(SHUTDOWN_TIMEOUT, "saving", app.state::<Handle>().shutdown()).await;
    within(STUDIO_TIMEOUT, "stopping the studio", app.state::<EmbeddedStudio>().close()).await;
    // What was fetched runs from the next start on.
    if let Err(error) = updates::install(app) {
        tracing::error!(%error, "the newer version could not be installed");
    }
    app.state::<Shutdown>().start_next(app);
}

async fn within(limit: Duration, what: &str, done: impl Future<Output = ()>) {
    if tokio::time::timeout(limit, done).await.is_err() {
        tracing::error!(what, "took too long, and was not waited for");
    }
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

    /// Quits properly at the first of them, so that the studio stops its ffmpeg and everything is saved. Whoever interrupts
    /// that from a terminal does not want to wait; at the end of a session several signals may come at once.
    pub fn quit_at(self, app: AppHandle) {
        let Self([mut terminate, mut interrupt, mut hangup]) = self;
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
            now(&app);
            interrupt.recv().await;
            tracing::warn!("interrupted at the end");
            std::process::exit(1);
        });
    }
}
