//! The window as the client sees it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use serde::Serialize;
use tallylight_client::{Shell, Transcripts, TrayView};
use tallylight_core::{
    JobId,
    view::{Event, NoticeView, SessionState, SessionView},
};
use tauri::{AppHandle, Emitter};

use crate::{notifications, tray, window};

/// Batches of changes go to the window under this name.
pub const EVENT: &str = "tally";
/// A wish to look at a job goes to the window under this name.
pub const OPEN_JOB: &str = "open_job";
/// How many batches may be on their way to the window. The system queues them without a limit, so a window that hangs
/// would otherwise cost memory for as long as it does.
const ON_THEIR_WAY: u64 = 16;

/// Counts the batches that were sent to the window and those that it has heard.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    heard: AtomicU64,
}

impl Pace {
    /// Counts one that is sent, and returns its number.
    fn send(&self) -> u64 {
        self.0.sent.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Takes in that the window has heard everything up to a number.
    pub fn heard(&self, number: u64) {
        self.0.heard.fetch_max(number, Ordering::Relaxed);
    }

    /// Begins anew: the window was just opened or loaded, and what was on its way before is lost to it.
    pub fn restart(&self) {
        self.heard(self.0.sent.load(Ordering::Relaxed));
    }

    fn keeps_up(&self) -> bool {
        let heard = self.0.heard.load(Ordering::Relaxed);
        self.0.sent.load(Ordering::Relaxed).saturating_sub(heard) < ON_THEIR_WAY
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
    pace: Pace,
}

impl Window {
    /// Hands on to the window, tray and notifications of an app, at the window's pace.
    pub fn new(app: AppHandle, pace: Pace) -> Self {
        Self { app, pace }
    }
}

impl Shell for Window {
    fn emit(&self, event: Event) {
        if let Event::Session(SessionView { state: SessionState::SignedOut, .. }) = event {
            window::forget(&self.app);
        }
        if let Err(error) = self.app.emit(EVENT, Numbered { number: self.pace.send(), event }) {
            tracing::warn!(%error, "the window did not hear of a change");
        }
    }

    fn notify(&self, notice: NoticeView) {
        let app = self.app.clone();
        notifications::show(notice, move |job_id| match job_id {
            Some(job_id) => open_job(&app, &job_id),
            None => window::show(&app),
        });
    }

    fn tray(&self, view: TrayView) {
        tray::show(&self.app, &view);
    }

    fn transcripts(&self) -> Transcripts {
        Transcripts::Asked
    }

    fn is_ready(&self) -> bool {
        self.pace.keeps_up()
    }
}

/// Brings the window to the front on a job.
fn open_job(app: &AppHandle, job_id: &JobId) {
    window::show(app);
    if let Err(error) = app.emit(OPEN_JOB, job_id) {
        tracing::warn!(%error, "the window did not hear which job to open");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_hears_nothing_is_sent_no_more_until_it_does() {
        let pace = Pace::default();
        for _ in 0..ON_THEIR_WAY {
            pace.send();
        }
        assert!(!pace.keeps_up());
        pace.heard(1);
        assert!(pace.keeps_up());
        pace.send();
        assert!(!pace.keeps_up());
        pace.restart();
        assert!(pace.keeps_up(), "a page that was loaded anew hears again");
    }
}
