//! What the command line of a start requests, and uploads.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::future::join_all;
use tallylight_core::{Code, Error};
use tallylight_view::Show;
use tauri::{AppHandle, DragDropEvent, Manager, WindowEvent};

use super::{Controller, EarlySubsystems};
use crate::{
    dialogs,
    lifecycle::args::{Args, restore_path},
};

impl EarlySubsystems {
    /// Handles a start that was handed over to this process: defers it during shutdown, holds it until the first start is
    /// complete, or performs it.
    pub fn hand_over(&self, app: &AppHandle, command_line: Vec<String>, folder: &Path) {
        // During shutdown, the start is performed by a new process after this one has ended.
        if self.shutdown.defer_start(&command_line, folder) {
            return;
        }
        // A command line that cannot be parsed still shows the window.
        let args = Args::from_second_instance(command_line, folder).unwrap_or_default();
        let is_hidden = args.hidden;
        #[cfg(target_os = "linux")]
        if !is_hidden {
            self.window.offer_activation(args.activation_token());
        }
        if let Some(args) = self.launches.hold(args) {
            // The controller itself releases the held starts, so it exists.
            app.state::<Arc<Controller>>().perform_second(&args);
        } else if !is_hidden {
            // The window is shown at once, even if the first start takes long.
            self.window.show(app);
        }
    }
}

impl Controller {
    /// Opens the embedded studio, which this start uses.
    pub async fn open_studio_at_start(&self) {
        if let Err(error) = self.studio.open(&self.client).await {
            tracing::error!(error = error.with_causes(), "the embedded studio could not be started");
            // The window waits for the sign-in. Cancelled, it shows the choice of a studio, where a click on this
            // computer tries again and shows the error.
            let _ = self.client.cancel_sign_in().await;
        }
    }

    /// Performs the first start, and the second starts that were held meanwhile.
    pub fn perform_first(self: &Arc<Self>) {
        self.open_arguments(&self.args);
        for args in self.launches.release() {
            self.perform_second(&args);
        }
    }

    fn perform_second(self: &Arc<Self>, args: &Args) {
        self.open_arguments(args);
        if !args.hidden && args.job().is_none() {
            self.show_window();
        }
    }

    fn open_arguments(self: &Arc<Self>, args: &Args) {
        if let Some(job_id) = args.job() {
            self.window.show_job(&self.app, job_id);
        }
        let (this, videos) = (Arc::clone(self), args.videos());
        if !videos.is_empty() {
            tauri::async_runtime::spawn(async move {
                if this.client.session_restored().await {
                    this.upload(videos);
                } else {
                    this.window.show_view(&this.app, Show::SignInFirst);
                }
            });
        }
    }

    /// Uploads videos, in this order. Progress and errors arrive as events.
    fn upload(self: &Arc<Self>, videos: Vec<PathBuf>) {
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            let uploads = videos.into_iter().map(restore_path).map(|video| this.client.upload(video));
            for error in join_all(uploads).await.into_iter().filter_map(Result::err) {
                tracing::info!(code = ?error.code, "an upload was rejected");
                if error.code == Code::SignedOut {
                    this.window.show_view(&this.app, Show::SignInFirst);
                }
            }
        });
    }

    /// Makes the sample video and uploads it like any other. Progress arrives as events.
    ///
    /// # Errors
    /// [`Code::File`] if it cannot be made.
    pub async fn upload_sample(self: &Arc<Self>) -> Result<(), Error> {
        let video = self.studio.make_sample(self.locale()).await?;
        self.upload(vec![video]);
        Ok(())
    }

    /// Shows a file dialog and uploads the videos that the user chooses.
    pub fn choose_videos(self: &Arc<Self>) {
        let this = Arc::clone(self);
        tauri::async_runtime::spawn(async move {
            let title = this.locale().one_of("Upload videos", "Videos hochladen", "Subir vídeos");
            let videos = dialogs::choose_files(&this.app, title).await;
            this.upload(videos);
        });
    }

    /// Handles a request to close the window and changes of its place and focus, and uploads files that are dropped on it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of the many events of a window, few matter here")]
    pub fn on_window_event(self: &Arc<Self>, event: &WindowEvent) {
        match event {
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                self.close_window();
            }
            WindowEvent::Moved(_) | WindowEvent::Resized(_) => self.window.moved(&self.app),
            WindowEvent::Focused(false) => self.window.lose_focus(),
            WindowEvent::Focused(true) => {
                self.window.gain_focus();
                let client = self.client.clone();
                tauri::async_runtime::spawn(async move { client.mark_seen().await });
            }
            WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) => {
                // A thumbnail that is dragged out of the window and dropped on it again is not uploaded.
                let is_thumbnail = |path: &&PathBuf| self.thumbnails.cache().holds(path);
                self.upload(paths.iter().filter(|path| !is_thumbnail(path)).cloned().collect());
            }
            _ => {}
        }
    }

    /// Opens the jobs of links that the system passes to the running program.
    #[cfg(target_os = "macos")]
    pub fn follow_links(self: &Arc<Self>) {
        let this = Arc::clone(self);
        crate::lifecycle::launch::follow_links(&self.app, move |job_id| this.window.show_job(&this.app, job_id));
    }
}
