//! What the window is asked to show: kept until its page listens.

use std::sync::{Mutex, PoisonError};

use tallylight_core::{JobId, view::Show};
use tauri::{AppHandle, Emitter, Manager};

use crate::window;

/// A wish to look at a job goes to the window under this name.
const OPEN_JOB: &str = "open_job";
/// Any other wish goes under this one.
const SHOW: &str = "show";

/// Holds what the window was asked to show before its page could hear of it.
#[derive(Default)]
pub struct Navigation(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    page_listening: bool,
    shows: Vec<Show>,
    job: Option<JobId>,
}

impl Navigation {
    /// The page that listened is gone; another will come.
    #[cfg(target_os = "linux")]
    pub fn restart(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).page_listening = false;
    }
}

/// Tells whether a page listens.
pub fn is_page_listening(app: &AppHandle) -> bool {
    app.state::<Navigation>().0.lock().unwrap_or_else(PoisonError::into_inner).page_listening
}

/// Brings the window to the front, and asks it to show something.
pub fn show(app: &AppHandle, show: Show) {
    window::show(app);
    tell(app, show);
}

/// Asks the window to show something, wherever it is.
pub fn tell(app: &AppHandle, show: Show) {
    let state = app.state::<Navigation>();
    let mut waiting = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.page_listening {
        emit(app, SHOW, show);
    } else if !waiting.shows.contains(&show) {
        waiting.shows.push(show);
    }
}

/// Brings the window to the front, and lets it show a job.
pub fn open_job(app: &AppHandle, job_id: JobId) {
    window::show(app);
    let state = app.state::<Navigation>();
    let mut waiting = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    if waiting.page_listening {
        emit(app, OPEN_JOB, job_id);
    } else {
        waiting.job = Some(job_id);
    }
}

/// Tells the page, which listens now, what was asked for before.
pub fn page_listening(app: &AppHandle) {
    let state = app.state::<Navigation>();
    let mut waiting = state.0.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.page_listening = true;
    for show in std::mem::take(&mut waiting.shows) {
        emit(app, SHOW, show);
    }
    if let Some(job_id) = waiting.job.take() {
        emit(app, OPEN_JOB, job_id);
    }
}

fn emit(app: &AppHandle, name: &str, payload: impl serde::Serialize + Clone) {
    if let Err(error) = app.emit(name, payload) {
        tracing::warn!(%error, name, "the window did not hear what to show");
    }
}
