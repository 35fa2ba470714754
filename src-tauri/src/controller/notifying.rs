//! Notifications: shown with what belongs to them, and the actions that the user chooses in them.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tallylight_client::MarkRead;
use tallylight_core::{
    library::DismissAction,
    locale::Locale,
    notifications::{Notification, NotificationKind},
};
use tallylight_view::Show;
use tokio::sync::mpsc::UnboundedReceiver;

use super::Controller;
use crate::{
    notifications::{self, Choice, NotificationAction, NotificationRequest, Sound, UploadAgain},
    window,
};

/// How long a notification waits for its thumbnail.
const THUMBNAIL_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a tray may take to start after the user logs in.
const TRAY_LIMIT: Duration = Duration::from_secs(5);
/// A file in the data folder that exists once the user has seen the message that there is no tray.
const NO_TRAY_REPORTED: &str = "no-tray.told";
/// A file in the data folder that exists once a notification has said that the closed app is still running.
const TRAY_HINTED: &str = "tray.hinted";

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
        notifications::show(request, move |choice| self.perform_notification_action(choice));
    }

    /// Returns the file of a notification's thumbnail. A notification is shown without one rather than late.
    async fn picture_of(&self, notification: &Notification) -> Option<PathBuf> {
        let job_id = notification.job_ids.first()?.clone();
        let cover_id = notification.subject.as_ref()?.cover_id.clone()?;
        let path = self.thumbnails.path(job_id, cover_id);
        tokio::time::timeout(THUMBNAIL_TIMEOUT, path).await.ok().and_then(Result::ok)
    }

    fn perform_notification_action(self: &Arc<Self>, choice: Choice) {
        let this = Arc::clone(self);
        #[cfg(target_os = "linux")]
        if matches!(choice.action, NotificationAction::Open(_) | NotificationAction::CopyTitle(..)) {
            self.window.offer_activation(choice.activation_token);
        }
        match choice.action {
            NotificationAction::Open(Some(job_id)) => self.window.show_job(&self.app, job_id),
            NotificationAction::Open(None) => self.window.show_view(&self.app, Show::History),
            NotificationAction::CopyTitle(job_id, title) => self.copy_title(job_id, &title),
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

    /// Says in a notification that the app is still running, once per data folder. Without a tray there is nothing to
    /// point to, and while notifications are unwanted it waits for the next time.
    pub(super) fn hint_at_tray(self: &Arc<Self>) {
        let hinted = self.data_dir.desktop().join(TRAY_HINTED);
        if hinted.exists() || !self.desktop.has_tray() || self.desktop.is_do_not_disturb() {
            return;
        }
        // First, so that a full disk does not make it come every time; then it comes never.
        if let Err(error) = std::fs::write(hinted, "") {
            return tracing::warn!(%error, "could not record that the tray was pointed to");
        }
        let this = Arc::clone(self);
        notifications::show(still_running(self.locale()), move |choice| this.perform_notification_action(choice));
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

/// Returns the notification that the closed app is still running.
/// A message that is about no video.
pub(super) fn message(title: &str, body: &str, locale: Locale) -> NotificationRequest {
    let notification = Notification {
        kind: NotificationKind::Summary,
        job_ids: Vec::new(),
        title: title.to_owned(),
        body: body.to_owned(),
        subject: None,
    };
    NotificationRequest {
        notification,
        picture: None,
        sound: Sound::Off,
        upload_again: UploadAgain::NotOffered,
        locale,
    }
}

fn still_running(locale: Locale) -> NotificationRequest {
    let title =
        locale.one_of("Tallylight is still running", "Tallylight läuft weiter", "Tallylight sigue en funcionamiento");
    let body = locale.one_of(
        "It stays in the tray and tells you when a video is ready. To quit, use the tray's menu.",
        "Es bleibt im Infobereich und meldet dir, wenn ein Video bereit ist. Zum Beenden gibt es das Menü im Infobereich.",
        "Queda en la bandeja del sistema y te avisa cuando un vídeo está listo. Para salir, usa su menú en la bandeja.",
    );
    message(title, body, locale)
}
