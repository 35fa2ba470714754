//! Notifications: shown with what belongs to them, and the actions that the user chooses in them.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tallylight_client::MarkRead;
use tallylight_core::{
    library::DismissAction,
    notifications::{Notification, NotificationKind},
};
use tallylight_view::Show;
use tauri_plugin_clipboard_manager::ClipboardExt;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Controller;
use crate::{
    notifications::{self, NotificationAction, NotificationRequest, Sound, UploadAgain},
    window,
};

/// How long a notification waits for its thumbnail.
const THUMBNAIL_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a tray may take to start after the user logs in.
const TRAY_LIMIT: Duration = Duration::from_secs(5);
/// A file in the data folder that exists once the user has seen the message that there is no tray.
const NO_TRAY_REPORTED: &str = "no-tray.told";

impl Controller {
    /// Shows the client's notifications until the app ends.
    pub async fn show_notifications(self: Arc<Self>, mut notifications: UnboundedReceiver<Notification>) {
        while let Some(notification) = notifications.recv().await {
            let this = Arc::clone(&self);
            // One that waits for its thumbnail delays no other.
            tauri::async_runtime::spawn(async move { this.show_notification(notification).await });
        }
    }

    /// Shows a notification with its thumbnail, and performs the action that the user chooses in it.
    async fn show_notification(self: Arc<Self>, notification: Notification) {
        let picture = self.picture_of(&notification).await;
        let upload_again = match notification.job_ids.first() {
            Some(job_id)
                if notification.kind == NotificationKind::Failed
                    && self.client.source_file(job_id.clone()).await.is_some() =>
            {
                UploadAgain::Offered
            }
            _ => UploadAgain::NotOffered,
        };
        let request = NotificationRequest {
            notification,
            picture,
            sound: if self.settings().notifications.sound { Sound::On } else { Sound::Off },
            upload_again,
            locale: self.locale(),
        };
        notifications::show(request, move |action| self.perform_notification_action(action));
    }

    /// Returns the file of a notification's thumbnail. A notification is shown without one rather than late.
    async fn picture_of(&self, notification: &Notification) -> Option<PathBuf> {
        let job_id = notification.job_ids.first()?.clone();
        let cover_id = notification.subject.as_ref()?.cover_id.clone()?;
        let path = self.thumbnails.path(job_id, cover_id);
        tokio::time::timeout(THUMBNAIL_TIMEOUT, path).await.ok().and_then(Result::ok)
    }

    fn perform_notification_action(self: &Arc<Self>, action: NotificationAction) {
        let this = Arc::clone(self);
        match action {
            NotificationAction::Open(Some(job_id)) => self.window.show_job(&self.app, job_id),
            NotificationAction::Open(None) => self.window.show_view(&self.app, Show::History),
            NotificationAction::CopyTitle(title) => {
                if let Err(error) = self.app.clipboard().write_text(title) {
                    tracing::warn!(%error, "the title could not be copied");
                }
            }
            NotificationAction::UploadAgain(job_id) => {
                tauri::async_runtime::spawn(async move {
                    let _ = this.client.mark_read(MarkRead::Jobs(vec![job_id.clone()])).await;
                    this.upload_again(job_id);
                });
            }
            NotificationAction::Dismiss(job_id) => {
                tauri::async_runtime::spawn(async move {
                    let _ = this.client.set_dismissed(vec![job_id], DismissAction::Dismiss).await;
                });
            }
        }
    }

    /// Shows the message that there is no tray, once per data folder. Waits for a tray that is about to start, and until
    /// the window is visible.
    pub async fn report_missing_tray(self: Arc<Self>) {
        let reported = self.data_dir.desktop().join(NO_TRAY_REPORTED);
        if reported.exists() {
            return;
        }
        tokio::time::sleep(TRAY_LIMIT).await;
        let is_seen = || self.window.navigation().is_page_ready() && window::is_shown(&self.app);
        while !(self.desktop.has_tray() || is_seen()) {
            tokio::time::sleep(TRAY_LIMIT).await;
        }
        if !self.desktop.has_tray() {
            self.window.navigation().show(&self.app, Show::NoTray);
            if let Err(error) = std::fs::write(reported, "") {
                tracing::warn!(%error, "could not record that the no-tray message was shown");
            }
        }
    }
}
