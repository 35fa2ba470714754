//! The desktop app's [`Shell`]: how events, notifications and the tray's content of the client reach the window and the
//! desktop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tallylight_client::{Handle, MarkRead, SettingsService, Shell, Transcripts, TrayView};
use tallylight_core::{
    library::DismissAction,
    view::{Event, NotificationKind, NotificationView, SentView, SessionState, SessionView, Show},
};
use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_clipboard_manager::ClipboardExt;

use crate::{
    app,
    desktop::{self, Desktop},
    lifecycle::shutdown::Shutdown,
    notifications::{self, NotificationAction, NotificationRequest, RetryAction, Sound},
    tray,
    window::{self, navigation, thumbnails},
};

/// The Tauri event that carries batches of changes to the window.
pub const EVENT: &str = "tally";
/// How long a notification waits for its thumbnail.
const THUMBNAIL_TIMEOUT: Duration = Duration::from_secs(3);
/// How many batches may be unacknowledged. Tauri queues events without a limit, so a window that hangs would otherwise
/// use more and more memory.
const MAX_UNACKNOWLEDGED: u64 = 16;

/// Counts the batches that were sent to the window and those that the page has acknowledged. Copies share the counts.
#[derive(Clone, Debug, Default)]
pub struct EventWindow(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    sent_job_batches: AtomicU64,
    ack: AtomicU64,
}

impl EventWindow {
    /// Counts a batch that is being sent, and returns its number, from 1.
    fn send(&self, event: &Event) -> u64 {
        if matches!(event, Event::Jobs { .. }) {
            self.0.sent_job_batches.fetch_add(1, Ordering::Relaxed);
        }
        self.0.sent.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Records that the page has received every batch up to and including `number`.
    pub fn ack(&self, number: u64) {
        self.0.ack.fetch_max(number, Ordering::Relaxed);
    }

    /// Resets the window's count of unacknowledged batches: its page was just opened or reloaded, so that earlier
    /// batches are lost. Returns how much was sent before.
    pub fn restart(&self) -> SentView {
        let sent = self.sent();
        self.ack(sent.batches);
        sent
    }

    /// Returns how many batches were sent since the start of the app.
    pub fn sent(&self) -> SentView {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SentView { batches: count(&self.0.sent), of_jobs: count(&self.0.sent_job_batches) }
    }

    fn has_capacity(&self) -> bool {
        let ack = self.0.ack.load(Ordering::Relaxed);
        self.sent().batches.saturating_sub(ack) < MAX_UNACKNOWLEDGED
    }
}

/// A batch with its number, which the page acknowledges.
#[derive(Clone, Serialize)]
struct Numbered {
    number: u64,
    event: Event,
}

/// The [`Shell`] of the desktop app.
pub struct Window {
    app: AppHandle,
    event_window: EventWindow,
}

impl Window {
    /// Creates the shell of an app; `event_window` limits the unacknowledged batches.
    pub fn new(app: AppHandle, event_window: EventWindow) -> Self {
        Self { app, event_window }
    }
}

impl Shell for Window {
    fn emit(&self, event: Event) {
        if let Event::Session(SessionView { state: SessionState::SignedOut, .. }) = event {
            window::forget(&self.app);
        }
        // Without a window, no event is needed: a window that is built later fetches the whole state.
        if !window::exists(&self.app) {
            return;
        }
        let number = self.event_window.send(&event);
        if let Err(error) = self.app.emit(EVENT, Numbered { number, event }) {
            tracing::warn!(%error, "a batch could not be sent to the window");
        }
    }

    fn notify(&self, notification: NotificationView) {
        let app = self.app.clone();
        tauri::async_runtime::spawn(async move { notify(app, notification).await });
    }

    fn tray(&self, view: TrayView) {
        let app = self.app.clone();
        // Menus may only be changed on the main thread, and waiting for it would block the client.
        let shown = self.app.run_on_main_thread(move || {
            tray::show(&app, &view);
            #[cfg(target_os = "linux")]
            desktop::badge(&view);
            #[cfg(not(target_os = "linux"))]
            desktop::badge(&app, &view);
        });
        if let Err(error) = shown {
            tracing::debug!(%error, "the tray could not be changed");
        }
    }

    fn accepts_notifications(&self) -> bool {
        // During shutdown none are shown: the next run shows the outcomes.
        !self.app.state::<Shutdown>().is_under_way()
    }

    fn is_busy(&self) -> bool {
        self.app.state::<Desktop>().is_busy()
    }

    fn transcripts(&self) -> Transcripts {
        Transcripts::Asked
    }

    fn is_ready(&self) -> bool {
        self.event_window.has_capacity() || !window::exists(&self.app)
    }
}

/// Shows a notification with its thumbnail, and performs the action that the user chooses in it.
async fn notify(app: AppHandle, notification: NotificationView) {
    let handle = app.state::<Handle>();
    let job_id = notification.job_ids.first();
    let picture = match (job_id, notification.subject.as_ref().and_then(|subject| subject.cover_id.clone())) {
        // A notification is shown without a thumbnail rather than late.
        (Some(job_id), Some(cover_id)) => {
            let path = thumbnails::path(&app, job_id.clone(), cover_id);
            tokio::time::timeout(THUMBNAIL_TIMEOUT, path).await.ok().and_then(Result::ok)
        }
        _ => None,
    };
    let retry = match job_id {
        Some(job_id) if notification.kind == NotificationKind::Failed => handle.can_upload_again(job_id.clone()).await,
        _ => false,
    };
    let settings = app.state::<SettingsService>().current().settings;
    let request = NotificationRequest {
        notification,
        picture,
        sound: if settings.notifications.sound { Sound::On } else { Sound::Off },
        retry: if retry { RetryAction::Possible } else { RetryAction::Impossible },
        locale: app::locale(&app),
    };
    let this = app.clone();
    notifications::show(request, move |action| perform(&this, action));
}

fn perform(app: &AppHandle, action: NotificationAction) {
    let (this, handle) = (app.clone(), app.state::<Handle>().inner().clone());
    match action {
        NotificationAction::Open(Some(job_id)) => navigation::open_job(app, job_id),
        NotificationAction::Open(None) => navigation::show(app, Show::History),
        NotificationAction::CopyTitle(title) => {
            if let Err(error) = app.clipboard().write_text(title) {
                tracing::warn!(%error, "the title could not be copied");
            }
        }
        NotificationAction::UploadAgain(job_id) => {
            tauri::async_runtime::spawn(async move {
                let _ = handle.mark_read(MarkRead::Jobs(vec![job_id.clone()])).await;
                if let Err(error) = handle.upload_again(job_id.clone()).await {
                    tracing::info!(code = ?error.code, "a repeated upload was rejected");
                    // The job's view in the window shows the reason.
                    navigation::open_job(&this, job_id);
                }
            });
        }
        NotificationAction::Dismiss(job_id) => {
            tauri::async_runtime::spawn(async move {
                let _ = handle.set_dismissed(vec![job_id], DismissAction::Dismiss).await;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use tallylight_core::view::NotificationStatus;

    use super::*;

    fn jobs() -> Event {
        Event::Jobs { changed: Vec::new(), removed: Vec::new() }
    }

    #[test]
    fn unacknowledged_batches_stop_sending_until_the_page_acknowledges() {
        let event_window = EventWindow::default();
        for _ in 0..MAX_UNACKNOWLEDGED {
            event_window.send(&jobs());
        }
        assert!(!event_window.has_capacity());
        event_window.ack(1);
        assert!(event_window.has_capacity());
        event_window.send(&jobs());
        assert!(!event_window.has_capacity());
        event_window.restart();
        assert!(event_window.has_capacity(), "a reloaded page receives batches again");
    }

    #[test]
    fn restart_returns_how_much_was_sent_before() {
        let event_window = EventWindow::default();
        let news = Event::News(NotificationStatus { unread: 0, paused_until: None });
        event_window.send(&jobs());
        event_window.send(&news);
        assert_eq!(event_window.restart(), SentView { batches: 2, of_jobs: 1 });
        assert_eq!(event_window.sent(), SentView { batches: 2, of_jobs: 1 }, "a restart keeps the counts");
    }
}
