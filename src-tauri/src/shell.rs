//! The window as the client sees it.

use tallylight_client::{Shell, TrayView};
use tallylight_core::{
    JobId,
    view::{Event, NoticeView},
};
use tauri::{AppHandle, Emitter};

use crate::{notifications, tray, window};

/// Batches of changes go to the window under this name.
pub const EVENT: &str = "tally";
/// A wish to look at a job goes to the window under this name.
pub const OPEN_JOB: &str = "open_job";

/// Hands on what the client tells.
pub struct Window {
    app: AppHandle,
}

impl Window {
    /// Hands on to the window, tray and notifications of an app.
    pub fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Shell for Window {
    fn emit(&self, event: Event) {
        if let Err(error) = self.app.emit(EVENT, event) {
            tracing::warn!(%error, "the window did not hear of a change");
        }
    }

    fn notify(&self, notice: NoticeView) {
        let app = self.app.clone();
        notifications::show(notice, move |job_id| open_job(&app, &job_id));
    }

    fn tray(&self, view: TrayView) {
        tray::show(&self.app, view);
    }
}

/// Brings the window to the front on a job.
fn open_job(app: &AppHandle, job_id: &JobId) {
    window::show(app);
    if let Err(error) = app.emit(OPEN_JOB, job_id) {
        tracing::warn!(%error, "the window did not hear which job to open");
    }
}
