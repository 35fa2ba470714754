//! Uploads.

use tallylight_client::UploadAction;
use tallylight_view::UploadView;

use super::{Answer, App};

/// Uploads videos that the user chooses; their progress arrives as events.
#[tauri::command]
pub async fn choose_videos(app: App<'_>) -> Answer<()> {
    app.choose_videos();
    Ok(())
}

/// Returns the uploads that are not complete, in the order in which they are sent.
#[tauri::command]
pub async fn uploads(app: App<'_>) -> Answer<Vec<UploadView>> {
    app.client().uploads().await
}

/// Cancels an upload, or removes a failed one from the list.
#[tauri::command]
pub async fn cancel_upload(app: App<'_>, upload_id: u32) -> Answer<()> {
    app.client().act_on_upload(UploadAction::Cancel(upload_id)).await
}

/// Sends a failed upload again.
#[tauri::command]
pub async fn retry_upload(app: App<'_>, upload_id: u32) -> Answer<()> {
    app.client().act_on_upload(UploadAction::Retry(upload_id)).await
}

/// Pauses an upload.
#[tauri::command]
pub async fn pause_upload(app: App<'_>, upload_id: u32) -> Answer<()> {
    app.client().act_on_upload(UploadAction::Pause(upload_id)).await
}

/// Continues a paused upload.
#[tauri::command]
pub async fn resume_upload(app: App<'_>, upload_id: u32) -> Answer<()> {
    app.client().act_on_upload(UploadAction::Resume(upload_id)).await
}

/// Moves an upload before another one, or to the end of the queue.
#[tauri::command]
pub async fn move_upload(app: App<'_>, upload_id: u32, before: Option<u32>) -> Answer<()> {
    app.client().act_on_upload(UploadAction::Move(upload_id, before)).await
}

/// Pauses all uploads.
#[tauri::command]
pub async fn pause_uploads(app: App<'_>) -> Answer<()> {
    app.client().act_on_upload(UploadAction::PauseAll).await
}

/// Continues all paused uploads.
#[tauri::command]
pub async fn resume_uploads(app: App<'_>) -> Answer<()> {
    app.client().act_on_upload(UploadAction::ResumeAll).await
}
