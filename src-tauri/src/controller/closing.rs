//! Closing the window, quitting and restarting: asks the user if something would be lost, and saves everything within a
//! time limit.

use std::{sync::Arc, time::Duration};

use tallylight_core::{Code, Error, settings::Close};
use tallylight_view::Show;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons};

use super::Controller;

/// How long saving may take, including the keychain and the backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(7);
/// How long the embedded studio may take to stop.
const STUDIO_TIMEOUT: Duration = Duration::from_secs(5);

/// The user's answer to the question what closing the window does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum CloseChoice {
    /// Hide the window; the app keeps running.
    Hide,
    /// Quit the app.
    Quit,
}

impl Controller {
    /// Hides the window, asks the user or quits, as the settings say.
    pub fn close_window(self: &Arc<Self>) {
        match self.settings().general.close {
            Close::Hide => self.hide_window(),
            Close::Auto if self.desktop.has_tray() => self.hide_window(),
            Close::Auto if self.window.navigation().is_page_ready() => {
                self.window.navigation().show(&self.app, Show::Closing);
            }
            Close::Auto | Close::Quit => self.ask_to_quit(),
        }
    }

    /// Hides the window. The first time, a notification says that the app is still running.
    fn hide_window(self: &Arc<Self>) {
        self.window.hide(&self.app);
        self.hint_at_tray();
    }

    /// Performs the user's answer, and saves it in the settings if `remember` is set.
    ///
    /// # Errors
    /// The error of saving the settings; the answer is performed nevertheless.
    pub fn apply_close_choice(self: &Arc<Self>, choice: CloseChoice, remember: bool) -> Result<(), Error> {
        let mut settings = self.settings();
        settings.general.close = if choice == CloseChoice::Hide { Close::Hide } else { Close::Quit };
        let saved = if remember { self.change_settings(&settings) } else { Ok(()) };
        match choice {
            CloseChoice::Hide => self.hide_window(),
            CloseChoice::Quit => self.ask_to_quit(),
        }
        saved
    }

    /// Quits, after asking the user if uploads are in progress.
    pub fn ask_to_quit(self: &Arc<Self>) {
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            if !this.client.is_uploading().await.unwrap_or(false) {
                this.quit();
            } else if this.window.navigation().is_page_ready() {
                this.window.show_view(&this.app, Show::Quitting);
            } else {
                this.ask_without_window();
            }
        });
    }

    /// Asks in a native dialog when the page cannot ask, so that the user can always quit.
    fn ask_without_window(self: &Arc<Self>) {
        let locale = self.locale();
        let question = locale.one_of(
            "Uploads are in progress. They continue the next time Tallylight starts.",
            "Es laufen noch Uploads. Sie werden beim nächsten Start von Tallylight fortgesetzt.",
            "Hay subidas en curso. Continuarán la próxima vez que se inicie Tallylight.",
        );
        let quit = locale.one_of("Quit anyway", "Trotzdem beenden", "Salir de todos modos").to_owned();
        let stay = locale.one_of("Keep uploading", "Weiter hochladen", "Seguir subiendo").to_owned();
        let this = Arc::clone(self);
        let dialog = self.app.dialog().message(question).title("Tallylight");
        dialog.buttons(MessageDialogButtons::OkCancelCustom(quit, stay)).show(move |wanted| {
            if wanted {
                this.quit();
            }
        });
    }

    /// Quits without asking.
    pub fn quit(&self) {
        self.shutdown.quit(&self.app);
    }

    /// Restarts into the downloaded version.
    ///
    /// # Errors
    /// [`Code::Conflict`] if an upload is in progress or an edit is unsaved.
    pub async fn restart_into_update(&self) -> Result<(), Error> {
        self.ensure_nothing_is_lost().await?;
        // On Windows, the installer ends the program at once, so it is started when everything is saved.
        if !cfg!(windows) {
            if let Err(error) = self.updates.install() {
                self.updates.failed(&error);
                return Ok(());
            }
            // An upload or edit may have begun during the installation.
            self.ensure_nothing_is_lost().await?;
        }
        self.shutdown.restart(&self.app, self.args.restart_arguments());
        Ok(())
    }

    async fn ensure_nothing_is_lost(&self) -> Result<(), Error> {
        if self.client.is_uploading().await? {
            return Err(Error::new(Code::Conflict, "Uploads are in progress. Restart when they are complete."));
        }
        if self.client.rows().await?.iter().any(|row| row.unsaved) {
            return Err(Error::new(Code::Conflict, "You have unsaved changes. Save or discard them, then restart."));
        }
        Ok(())
    }

    /// Saves everything and stops the embedded studio, each within its time limit, because the next start waits for it.
    /// Then installs a downloaded update and performs the start that follows.
    pub async fn shut_down(&self) {
        within(SHUTDOWN_TIMEOUT, "saving", self.client.shutdown()).await;
        within(STUDIO_TIMEOUT, "stopping the studio", self.studio.close()).await;
        // A downloaded update is used from the next start on.
        if let Err(error) = self.updates.install() {
            tracing::error!(%error, "the update could not be installed");
        }
        self.shutdown.start_next(&self.app);
    }
}

async fn within(limit: Duration, step: &str, done: impl Future<Output = ()>) {
    if tokio::time::timeout(limit, done).await.is_err() {
        tracing::error!(step, "shutdown step timed out");
    }
}
