//! The end of the process: once it has begun, new starts are deferred until everything is saved, and signals begin it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tauri::{AppHandle, Manager};

/// Whether the program is shutting down, and which start follows.
#[derive(Default)]
pub struct Shutdown {
    under_way: AtomicBool,
    next: Mutex<Option<Next>>,
}

/// A start that follows the end of this process.
struct Next {
    args: Vec<OsString>,
    /// The working directory; none is that of this process.
    folder: Option<PathBuf>,
}

impl Shutdown {
    /// Returns whether the program is shutting down.
    pub fn is_under_way(&self) -> bool {
        self.under_way.load(Ordering::SeqCst)
    }

    /// Records a start that was handed over to this process during shutdown, so that it is performed afterwards.
    /// Returns whether it was recorded, which it is not before shutdown.
    pub fn defer_start(&self, command_line: &[String], folder: &Path) -> bool {
        let is_under_way = self.is_under_way();
        if is_under_way {
            let args = command_line.iter().skip(1).map(OsString::from).collect();
            self.follow_with(Next { args, folder: Some(folder.to_owned()) });
        }
        is_under_way
    }

    /// Quits without asking.
    pub fn quit(&self, app: &AppHandle) {
        if self.under_way.swap(true, Ordering::SeqCst) {
            return;
        }
        // A start from now on is not handed over to this process. It waits for the instance lock instead.
        tauri_plugin_single_instance::destroy(app);
        app.exit(0);
    }

    /// Quits without asking, and starts the app again with these arguments once everything is saved.
    pub fn restart(&self, app: &AppHandle, args: Vec<OsString>) {
        self.follow_with(Next { args, folder: None });
        self.quit(app);
    }

    fn follow_with(&self, next: Next) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }

    /// Performs the recorded start, if there is one. Called when everything is saved.
    pub fn start_next(&self, app: &AppHandle) {
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

    /// Calls `quit` at the first signal, so that the studio stops its ffmpeg and everything is saved. SIGINT during
    /// shutdown (Ctrl-C again) ends the process at once; other signals do not, because several may arrive at the end of
    /// a session.
    pub fn on_first(self, quit: impl FnOnce() + Send + 'static) {
        let Self([mut terminate, mut interrupt, mut hangup]) = self;
        tauri::async_runtime::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
            quit();
            interrupt.recv().await;
            tracing::warn!("shutdown interrupted by a second signal");
            std::process::exit(1);
        });
    }
}
