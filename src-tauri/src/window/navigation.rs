//! Navigation: requests to show something in the window, held until its page is ready.

use std::sync::{Mutex, PoisonError};

use tallylight_core::{JobId, view::Show};
use tauri::{AppHandle, Emitter, Manager};

use crate::window;

/// The Tauri event that opens a job in the window.
const OPEN_JOB: &str = "open_job";
/// The Tauri event that shows anything else.
const SHOW: &str = "show";

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
    /// Holds requests again: the page is gone, and will be reloaded.
    #[cfg(target_os = "linux")]
    pub fn restart(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).page_ready = false;
    }
}

/// Returns whether the page is ready for such requests.
pub fn is_page_ready(app: &AppHandle) -> bool {
    app.state::<Navigation>().0.lock().unwrap_or_else(PoisonError::into_inner).page_ready
}

/// Brings the window to the front and makes it show something.
pub fn show(app: &AppHandle, show: Show) {
    window::show(app);
    tell(app, show);
}

/// Makes the window show something without bringing it to the front.
pub fn tell(app: &AppHandle, show: Show) {
    let state = app.state::<Navigation>();
    let mut waiting = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.page_ready {
        emit(app, SHOW, show);
    } else if !waiting.shows.contains(&show) {
        waiting.shows.push(show);
    }
}

/// Brings the window to the front and opens a job in it.
pub fn open_job(app: &AppHandle, job_id: JobId) {
    window::show(app);
    let state = app.state::<Navigation>();
    let mut waiting = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.page_ready {
        emit(app, OPEN_JOB, job_id);
    } else {
        waiting.job = Some(job_id);
    }
}

/// Records that the page is ready, and sends it the requests that were held.
pub fn page_ready(app: &AppHandle) {
    let state = app.state::<Navigation>();
    let mut waiting = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.page_ready = true;
    for show in std::mem::take(&mut waiting.shows) {
        emit(app, SHOW, show);
    }
    if let Some(job_id) = waiting.job.take() {
        emit(app, OPEN_JOB, job_id);
    }
}

fn emit(app: &AppHandle, name: &str, payload: impl serde::Serialize + Clone) {
    if let Err(error) = app.emit(name, payload) {
        tracing::warn!(%error, name, "the request could not be sent to the window");
    }
}
