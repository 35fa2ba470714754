//! Progress and the count of unseen outcomes on the app's icon in the dock or taskbar of macOS and Windows, which belongs to the window.

use std::sync::{Mutex, PoisonError};

use tauri::{
    AppHandle, Manager,
    window::{ProgressBarState, ProgressBarStatus},
};

/// What the icon shows: progress in percent, and the number of unseen outcomes. Kept for a window that is built later.
#[derive(Default)]
pub struct Badge(Mutex<(Option<u64>, i64)>);

impl Badge {
    /// Shows progress and the number of unseen outcomes.
    pub fn set(&self, app: &AppHandle, percent: Option<u8>, unseen: u32) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (percent.map(u64::from), i64::from(unseen));
        self.restore(app);
    }

    /// Shows the last progress and count again, on the icon of a window that was just built.
    pub fn restore(&self, app: &AppHandle) {
        let Some(window) = app.get_webview_window(super::LABEL) else { return };
        let (percent, unseen) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = if percent.is_some() { ProgressBarStatus::Normal } else { ProgressBarStatus::None };
        let progress = ProgressBarState { status: Some(status), progress: percent };
        let unseen = Some(unseen).filter(|unseen| *unseen > 0);
        if let Err(error) = window.set_progress_bar(progress).and_then(|()| window.set_badge_count(unseen)) {
            tracing::debug!(%error, "the taskbar icon could not be changed");
        }
    }
}
