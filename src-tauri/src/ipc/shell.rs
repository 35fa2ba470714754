//! The window as the client sees it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;
use tallylight_client::{Handle, MarkRead, Shell, Transcripts, TrayView};
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
    settings::file::SettingsFile,
    tray,
    window::{self, navigation, thumbnails},
};

/// Batches of changes go to the window under this name.
pub const EVENT: &str = "tally";
/// How long a notification waits for its picture.
const PICTURE_LIMIT: Duration = Duration::from_secs(3);
/// How many batches may be on their way to the window. The system queues them without a limit, so a window that hangs
/// would otherwise cost memory for as long as it does.
const ON_THEIR_WAY: u64 = 16;

/// Counts the batches that were sent to the window and those that it has heard.
#[derive(Clone, Debug, Default)]
pub struct EventWindow(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    sent_of_jobs: AtomicU64,
    ack: AtomicU64,
}

impl EventWindow {
    /// Counts one that is sent, and returns its number.
    fn send(&self, event: &Event) -> u64 {
        if matches!(event, Event::Jobs { .. }) {
            self.0.sent_of_jobs.fetch_add(1, Ordering::Relaxed);
        }
        self.0.sent.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Takes in that the window has heard everything up to a number.
    pub fn ack(&self, number: u64) {
        self.0.ack.fetch_max(number, Ordering::Relaxed);
    }

    /// Begins anew: the window was just opened or loaded, and what was on its way before is lost to it.
    /// Returns what that was.
    pub fn restart(&self) -> SentView {
        let sent = self.sent();
        self.ack(sent.batches);
        sent
    }

    /// Returns how much was sent.
    pub fn sent(&self) -> SentView {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SentView { batches: count(&self.0.sent), of_jobs: count(&self.0.sent_of_jobs) }
    }

    fn keeps_up(&self) -> bool {
        let ack = self.0.ack.load(Ordering::Relaxed);
        self.sent().batches.saturating_sub(ack) < ON_THEIR_WAY
    }
}

/// Is a batch with its number.
#[derive(Clone, Serialize)]
struct Numbered {
    number: u64,
    event: Event,
}

/// Hands on what the client tells.
pub struct Window {
    app: AppHandle,
    pace: EventWindow,
}

impl Window {
    /// Hands on to the window, tray and notifications of an app, at the window's pace.
    pub fn new(app: AppHandle, pace: EventWindow) -> Self {
        Self { app, pace }
    }
}

impl Shell for Window {
    fn emit(&self, event: Event) {
        if let Event::Session(SessionView { state: SessionState::SignedOut, .. }) = event {
            window::forget(&self.app);
        }
        // A window that is built asks for everything.
        if !window::exists(&self.app) {
            return;
        }
        let number = self.pace.send(&event);
        if let Err(error) = self.app.emit(EVENT, Numbered { number, event }) {
            tracing::warn!(%error, "the window did not hear of a change");
        }
    }

    fn notify(&self, notification: NotificationView) {
        let app = self.app.clone();
        tauri::async_runtime::spawn(async move { notify(app, notification).await });
    }

    fn tray(&self, view: TrayView) {
        let app = self.app.clone();
        // Its menu belongs to the main thread, and waiting for that would hold up everything.
        let shown = self.app.run_on_main_thread(move || {
            tray::show(&app, &view);
            #[cfg(target_os = "linux")]
            desktop::badge(&view);
            #[cfg(not(target_os = "linux"))]
            desktop::badge(&app, &view);
        });
        if let Err(error) = shown {
            tracing::debug!(%error, "the tray did not change");
        }
    }

    fn accepts_notifications(&self) -> bool {
        // A program that ends shows nothing any more: the next run tells.
        !self.app.state::<Shutdown>().is_under_way()
    }

    fn is_busy(&self) -> bool {
        self.app.state::<Desktop>().is_busy()
    }

    fn transcripts(&self) -> Transcripts {
        Transcripts::Asked
    }

    fn is_ready(&self) -> bool {
        self.pace.keeps_up() || !window::exists(&self.app)
    }
}

/// Tells the person something, with the thumbnail, and does what they want done.
async fn notify(app: AppHandle, notification: NotificationView) {
    let handle = app.state::<Handle>();
    let job_id = notification.job_ids.first();
    let picture = match (job_id, notification.subject.as_ref().and_then(|subject| subject.cover_id.clone())) {
        // A picture that cannot be had soon is not waited for.
        (Some(job_id), Some(cover_id)) => {
            let asked = thumbnails::path(&app, job_id.clone(), cover_id);
            tokio::time::timeout(PICTURE_LIMIT, asked).await.ok().and_then(Result::ok)
        }
        _ => None,
    };
    let retry = match job_id {
        Some(job_id) if notification.kind == NotificationKind::Failed => handle.can_upload_again(job_id.clone()).await,
        _ => false,
    };
    let settings = app.state::<SettingsFile>().held().settings;
    let request = NotificationRequest {
        notification,
        picture,
        sound: if settings.notifications.sound { Sound::On } else { Sound::Off },
        retry: if retry { RetryAction::Possible } else { RetryAction::Impossible },
        locale: app::locale(&app),
    };
    let this = app.clone();
    notifications::show(request, move |act| act_on(&this, act));
}

fn act_on(app: &AppHandle, act: NotificationAction) {
    let (this, handle) = (app.clone(), app.state::<Handle>().inner().clone());
    match act {
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
                    tracing::info!(code = ?error.code, "a video was not taken again");
                    // The window says why.
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
    fn a_window_that_hears_nothing_is_sent_no_more_until_it_does() {
        let pace = EventWindow::default();
        for _ in 0..ON_THEIR_WAY {
            pace.send(&jobs());
        }
        assert!(!pace.keeps_up());
        pace.ack(1);
        assert!(pace.keeps_up());
        pace.send(&jobs());
        assert!(!pace.keeps_up());
        pace.restart();
        assert!(pace.keeps_up(), "a page that was loaded anew hears again");
    }

    #[test]
    fn a_page_that_begins_is_told_how_much_it_was_sent_before() {
        let pace = EventWindow::default();
        let news = Event::News(NotificationStatus { unread: 0, paused_until: None });
        pace.send(&jobs());
        pace.send(&news);
        assert_eq!(pace.restart(), SentView { batches: 2, of_jobs: 1 });
        assert_eq!(pace.sent(), SentView { batches: 2, of_jobs: 1 }, "what was sent stays so");
    }
}
