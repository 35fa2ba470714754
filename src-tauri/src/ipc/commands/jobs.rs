//! The jobs, the connection to their studio, and edits.

use tallylight_client::JobAction;
use tallylight_core::{
    JobId,
    diagnostics::DiagnosticsView,
    edits::{Changes, Draft},
    library::DismissAction,
    model::job::Field,
    protocol::snapshot::Caption,
    search::SearchHit,
    snooze::Snooze,
};
use tallylight_view::{JobView, RowView, StatusView};

use super::{Answer, App};

/// Returns the state of the connection and the session.
#[tauri::command]
pub async fn status(app: App<'_>) -> Answer<StatusView> {
    app.client().status().await
}

/// Returns all jobs as rows of the list.
#[tauri::command]
pub async fn rows(app: App<'_>) -> Answer<Vec<RowView>> {
    app.client().rows().await
}

/// Returns a job.
#[tauri::command]
pub async fn job(app: App<'_>, job_id: JobId) -> Answer<JobView> {
    app.client().job(job_id).await
}

/// Returns the captions of a video with their times; empty if the studio has none.
#[tauri::command]
pub async fn captions(app: App<'_>, job_id: JobId) -> Answer<Vec<Caption>> {
    app.client().captions(job_id).await
}

/// Subscribes to a job that was opened, and fetches it.
#[tauri::command]
pub async fn open_job(app: App<'_>, job_id: JobId) -> Answer<()> {
    app.client().open(job_id).await
}

/// Fetches the list again.
#[tauri::command]
pub async fn refresh(app: App<'_>) -> Answer<()> {
    app.client().refresh().await
}

/// Connects at once instead of waiting for the next attempt.
#[tauri::command]
pub async fn reconnect(app: App<'_>) -> Answer<()> {
    app.client().reconnect().await
}

/// Resolves once the list has been loaded from the studio; fails if it cannot be loaded.
#[tauri::command]
pub async fn synced(app: App<'_>) -> Answer<()> {
    app.client().synced().await
}

/// Returns the videos with all of these words in their title, tags, description, chapters or file name, and then those
/// with them in their transcript.
#[tauri::command]
pub async fn search(app: App<'_>, text: String) -> Answer<Vec<SearchHit>> {
    app.client().search(text).await
}

/// Dismisses the failures and warnings of videos, or restores them.
#[tauri::command]
pub async fn set_dismissed(app: App<'_>, job_ids: Vec<JobId>, trouble: DismissAction) -> Answer<()> {
    app.client().set_dismissed(job_ids, trouble).await
}

/// Asks the studio to process a failed video again, to cancel an unfinished one, or to delete one.
#[tauri::command]
pub async fn act_on_job(app: App<'_>, job_id: JobId, action: JobAction) -> Answer<()> {
    app.client().act_on_job(action, job_id).await
}

/// Snoozes the failures and warnings of videos, or ends that if `snooze` is null.
#[tauri::command]
pub async fn snooze(app: App<'_>, job_ids: Vec<JobId>, snooze: Option<Snooze>) -> Answer<()> {
    app.client().snooze(job_ids, snooze).await
}

/// Saves changed fields. They are stored on disk when this resolves; the studio's answer arrives as an event.
#[tauri::command]
pub async fn edit(app: App<'_>, job_id: JobId, changes: Changes) -> Answer<()> {
    app.client().edit(job_id, changes.0).await
}

/// Stores a draft.
#[tauri::command]
pub async fn type_draft(app: App<'_>, draft: Draft) -> Answer<()> {
    app.client().type_draft(draft).await
}

/// Deletes a draft.
#[tauri::command]
pub async fn discard_draft(app: App<'_>, job_id: JobId, field: Field) -> Answer<()> {
    app.client().discard_draft(job_id, field).await
}

/// Returns the diagnostics of the connection.
#[tauri::command]
pub async fn diagnostics(app: App<'_>) -> Answer<DiagnosticsView> {
    app.client().diagnostics().await
}

/// Saves a report without names and addresses to a file that the user chooses; returns its path, or null.
#[tauri::command]
pub async fn save_report(app: App<'_>) -> Answer<Option<String>> {
    app.save_report().await
}
