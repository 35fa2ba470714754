//! Navigation: requests to show something in the window, held until its page is ready.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tallylight_core::JobId;
use tallylight_view::Show;
use tauri::AppHandle;

use crate::page_events::{OPEN_JOB, SHOW};

/// Requests that arrived before the page was ready.
#[derive(Default)]
pub struct Navigation(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    page_ready: bool,
    shows: Vec<Show>,
    job: Option<JobId>,
}

impl Navigation {
    /// Returns whether the page is ready for such requests.
    pub fn is_page_ready(&self) -> bool {
        self.lock().page_ready
    }

    /// Makes the window show something without bringing it to the front.
    pub fn show(&self, app: &AppHandle, show: Show) {
        let mut waiting = self.lock();
        if waiting.page_ready {
            SHOW.send(app, show);
        } else if !waiting.shows.contains(&show) {
            waiting.shows.push(show);
        }
    }

    /// Opens a job in the window without bringing it to the front.
    pub fn open_job(&self, app: &AppHandle, job_id: JobId) {
        let mut waiting = self.lock();
        if waiting.page_ready {
            OPEN_JOB.send(app, job_id);
        } else {
            waiting.job = Some(job_id);
        }
    }

    /// Records that the page is ready, and sends it the requests that were held.
    pub fn page_ready(&self, app: &AppHandle) {
        let mut waiting = self.lock();
        waiting.page_ready = true;
        for show in std::mem::take(&mut waiting.shows) {
            SHOW.send(app, show);
        }
        if let Some(job_id) = waiting.job.take() {
            OPEN_JOB.send(app, job_id);
        }
    }

    /// Holds requests again: the page is gone, and will be reloaded.
    #[cfg(target_os = "linux")]
    pub fn restart(&self) {
        self.lock().page_ready = false;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
